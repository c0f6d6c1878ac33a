import EmbeddingCore
import HTTPClient
import Logging
import Telemetry
import Testing

@testable import Providers

/// What becomes of a provider's faults, over real connections.
struct ProviderMisbehaviorTests {
    static let passing: [Misbehavior] = [
        .status(500), .status(502, body: "<html>bad gateway</html>"), .status(503), .status(408), .status(409),
        .status(429, headers: ["Retry-After": "0"]), .status(429, headers: ["Retry-After": "0.02"]),
        .status(429, headers: ["retry-after-ms": "15"]),
        .status(429, headers: ["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"]),
        .status(
            429,
            headers: ["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "12ms"],
            body: #"{"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#
        ),
        .reset, .halfAnswer, .garbage, .notJSON, .tooFew, .tooMany, .emptyAnswer,
    ]

    @Test(arguments: ProviderUnderTest.remote, passing)
    func `a passing fault is survived`(provider: ProviderUnderTest, fault: Misbehavior) async throws {
        try await provider.run { fixture in
            _ = try await fixture.gateway.embed(["warm-up"])
            fixture.fake?.misbehave(fault)
            let result = try await fixture.gateway.embed(["a", "b", "c"])
            #expect(result.vectors == ["a", "b", "c"].map { fixture.expected($0) })
        }
    }

    @Test(arguments: ProviderUnderTest.remote, [Misbehavior.shuffled, .usageMissing])
    func `an odd but sound answer is understood`(provider: ProviderUnderTest, oddity: Misbehavior) async throws {
        // Ollama's answers have no index: their order is all there is.
        guard provider != .ollama || oddity != .shuffled else { return }
        try await provider.run { fixture in
            fixture.fake?.alwaysMisbehave(oddity)
            let result = try await fixture.gateway.embed(["a", "b", "c"])
            #expect(result.vectors == ["a", "b", "c"].map { fixture.expected($0) })
            #expect(result.tokens > 0)
        }
    }

    @Test(arguments: [ProviderUnderTest.openai, .together])
    func `answers that name an index twice are not believed`(provider: ProviderUnderTest) async throws {
        try await provider.run(change: { $0.retryAttempts = 2 }) { fixture in
            _ = try await fixture.gateway.model()
            fixture.fake?.misbehave(.sameIndexTwice)
            let result = try await fixture.gateway.embed(["a", "b"])
            #expect(result.vectors == ["a", "b"].map { fixture.expected($0) })
        }
    }

    static let badVectors = [
        "[0,0,0,0,0,0,0,0]", "[NaN,0,0,0,0,0,0,1]", "[null,0,0,0,0,0,0,1]", "[1e99,0,0,0,0,0,0,1]", "[1,2]", "[]",
        "[1,2,3,4,5,6,7,8,9]",
    ]

    @Test(arguments: ProviderUnderTest.remote, badVectors)
    func `an unusable vector spoils its own text only`(provider: ProviderUnderTest, vector: String) async throws {
        try await provider.run { fixture in
            fixture.fake?.alwaysMisbehave(.badVector(vector))
            let result = try await fixture.gateway.embed(["a", "bad", "c"])
            #expect(result.codes == [nil, .badResponse, nil])
            #expect(result.vectors == [fixture.expected("a"), nil, fixture.expected("c")])
            #expect(fixture.gateway.cached(EmbeddingRequest(inputs: [.text("bad")])) == nil)
        }
    }

    @Test(arguments: ProviderUnderTest.remote)
    func `a text the provider refuses is found and fails alone`(provider: ProviderUnderTest) async throws {
        try await provider.run { fixture in
            let texts = (0..<100).map { $0 == 42 ? "poison" : "text \($0)" }
            let result = try await fixture.gateway.embed(texts)
            #expect(result.codes.enumerated().allSatisfy { ($0.element == .invalidInput) == ($0.offset == 42) })
        }
    }

    @Test(arguments: ProviderUnderTest.remote)
    func `a text that is longer than estimated is cut until it is taken`(provider: ProviderUnderTest) async throws {
        try await provider.run({ FakeProvider($0, longestText: 600) }) { fixture in
            let long = String(repeating: "x", count: 1500)
            let result = try await fixture.gateway.embed(["a", long])
            #expect(result.codes == [nil, nil])
            #expect(fixture.fake?.calls.last?.texts == [String(repeating: "x", count: 375)])
        }
    }

    @Test(arguments: [ProviderUnderTest.openai, .together])
    func `a wrong key stops the provider and nothing more is sent`(provider: ProviderUnderTest) async throws {
        try await provider.run({ FakeProvider($0, key: "sk-other") }) { fixture in
            await #expect(throws: EmbeddingError(.unauthorized, "")) { try await fixture.gateway.embed(["a"]) }
            let sent = fixture.fake?.calls.count
            await #expect(throws: EmbeddingError(.unauthorized, "")) { try await fixture.gateway.embed(["b"]) }
            #expect(fixture.fake?.calls.count == sent)
            #expect(fixture.gateway.providerState == .stopped(EmbeddingError(.unauthorized, "")))
        }
    }

    @Test(arguments: [ProviderUnderTest.openai, .together])
    func `a used-up quota stops the provider`(provider: ProviderUnderTest) async throws {
        try await provider.run { fixture in
            _ = try await fixture.gateway.model()
            fixture.fake?.alwaysMisbehave(
                .status(
                    429,
                    body: #"{"error":{"message":"quota","type":"insufficient_quota","code":"insufficient_quota"}}"#
                )
            )
            await #expect(throws: EmbeddingError(.quotaExhausted, "")) { try await fixture.gateway.embed(["a"]) }
            #expect(fixture.gateway.providerState == .stopped(EmbeddingError(.quotaExhausted, "")))
        }
    }

    @Test func `a server that knows floats only is asked for them`() async throws {
        try await ProviderUnderTest.openai.run { fixture in
            fixture.fake?.misbehave(
                .status(400, body: #"{"error":{"message":"encoding_format base64 is not supported"}}"#)
            )
            let result = try await fixture.gateway.embed(["a"])
            #expect(result.vectors == [fixture.expected("a")])
            #expect(fixture.fake?.calls.last?.body["encoding_format"] == nil)
            // Base64 is not worth compressing, decimal numbers are.
            let calls = fixture.fake?.calls ?? []
            #expect(calls.first?.acceptEncoding == "identity")
            #expect(calls.count > 1 && calls.dropFirst().allSatisfy { $0.acceptEncoding == "gzip" })
        }
    }

    @Test func `requests hold what the contract asks for and no more`() async throws {
        try await ProviderUnderTest.openai.run { fixture in
            _ = try await fixture.gateway.embed(["a"])
            #expect(
                fixture.fake?.calls.allSatisfy { Set($0.body.keys) == ["model", "input", "encoding_format"] } == true
            )
            #expect(fixture.fake?.calls.last?.authorization == "Bearer sk-right")
        }
        try await ProviderUnderTest.together.run { fixture in
            _ = try await fixture.gateway.embed(["a"])
            #expect(fixture.fake?.calls.allSatisfy { Set($0.body.keys) == ["model", "input"] } == true)
        }
        try await ProviderUnderTest.ollama.run { fixture in
            _ = try await fixture.gateway.embed(["a"])
            #expect(fixture.fake?.calls.allSatisfy { Set($0.body.keys) == ["model", "input", "truncate"] } == true)
        }
    }

    @Test func `a missing Ollama model is named with what to do, or pulled`() async throws {
        func missing(_ dialect: FakeProvider.Dialect) -> FakeProvider {
            let fake = FakeProvider(dialect)
            fake.removeModel()
            return fake
        }
        try await ProviderUnderTest.ollama.run(missing) { fixture in
            await #expect { try await fixture.gateway.embed(["a"]) } throws: { error in
                (error as? EmbeddingError)?.message.contains("OLLAMA_PULL") == true
            }
            #expect(fixture.gateway.providerState == .stopped(EmbeddingError(.unknownModel, "")))
        }
        try await ProviderUnderTest.ollama.run(missing, change: { $0.pullsOllamaModel = true }) { fixture in
            let result = try await fixture.gateway.embed(["a"])
            #expect(result.codes == [nil])
            #expect(fixture.fake?.pulls == 1)
        }
    }

    @Test func `a dead Ollama server is left out and the other does its work`() async throws {
        try await ProviderUnderTest.ollama.run(change: { $0.ollamaURLs.insert("http://127.0.0.1:1", at: 0) }) {
            fixture in
            for number in 0..<20 {
                let result = try await fixture.gateway.embed(["text \(number)"])
                #expect(result.codes == [nil])
            }
            #expect(fixture.gateway.providerState == .ready)
        }
    }

    @Test func `an Ollama server with another build of the model gets no work`() async throws {
        let other = FakeProvider(.ollama)
        other.setDigest("sha256:two")
        try await other.serve { url in
            try await ProviderUnderTest.ollama.run(change: { $0.ollamaURLs.append(url) }) { fixture in
                for number in 0..<10 { _ = try await fixture.gateway.embed(["text \(number)"]) }
                #expect(other.calls.isEmpty)
                let model = try await fixture.gateway.model()
                #expect(model.revision == "sha256:one")
            }
        }
    }

    @Test func `several Ollama servers share the work`() async throws {
        let other = FakeProvider(.ollama, latency: .milliseconds(20))
        try await other.serve { url in
            try await ProviderUnderTest.ollama.run(
                { FakeProvider($0, latency: .milliseconds(20)) },
                change: { configuration in
                    configuration.ollamaURLs.append(url)
                    configuration.batchSize = 4
                },
                { fixture in
                    _ = try await fixture.gateway.embed((0..<64).map { "text \($0)" })
                    #expect(fixture.fake.map { $0.calls.count > 4 && other.calls.count > 4 } == true)
                }
            )
        }
    }

    @Test func `when the provider is gone its circuit opens and callers are told when to come back`() async throws {
        let configuration = ProvidersConfiguration(
            provider: .openai,
            model: "text-embedding-3-small",
            openAIKey: "k",
            openAIBaseURL: "http://127.0.0.1:1/v1",
            retryAttempts: 6,
            retryDelay: .milliseconds(1)
        )
        let gateway = try EmbeddingGateway(
            configuration: configuration,
            transport: HTTPClient(),
            metrics: MetricsRegistry(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        await #expect(throws: EmbeddingError(.circuitOpen, "")) { try await gateway.embed(["a"]) }
        await #expect { try await gateway.embed(["b"]) } throws: { error in
            guard let error = error as? EmbeddingError, let retryAfter = error.retryAfter else { return false }
            return error.code == .circuitOpen && retryAfter > .zero && retryAfter <= .seconds(5)
        }
        guard case .open = gateway.providerState else {
            Issue.record("the circuit is not open")
            return
        }
    }
}
