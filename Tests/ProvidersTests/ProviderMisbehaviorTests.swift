import EmbeddingCore
import HTTPClient
import JSON
import Logging
import Telemetry
import Testing

@testable import Providers

/// What becomes of a provider's faults, over real connections.
@Suite(.serialized) struct ProviderMisbehaviorTests {
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
        // Where vectors have no index, their order is all there is.
        guard provider.dialect?.isNumbered == true || oddity != .shuffled else { return }
        try await provider.run { fixture in
            fixture.fake?.alwaysMisbehave(oddity)
            let result = try await fixture.gateway.embed(["a", "b", "c"])
            #expect(result.vectors == ["a", "b", "c"].map { fixture.expected($0) })
            #expect(result.tokens > 0)
        }
    }

    @Test(arguments: ProviderUnderTest.numbered)
    func `answers that name an index twice are not believed`(provider: ProviderUnderTest) async throws {
        try await provider.run(change: { $0["RETRY_ATTEMPTS"] = "2" }) { fixture in
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
        try await provider.run({ ProviderDouble($0, longestText: 600) }) { fixture in
            let long = String(repeating: "x", count: 1500)
            let result = try await fixture.gateway.embed(["a", long])
            #expect(result.codes == [nil, nil])
            #expect(fixture.fake?.calls.last?.texts == [String(repeating: "x", count: 375)])
        }
    }

    @Test(arguments: ProviderUnderTest.keyed)
    func `a wrong key stops the provider and nothing more is sent`(provider: ProviderUnderTest) async throws {
        try await provider.run({ ProviderDouble($0, key: "sk-other") }) { fixture in
            await #expect(throws: EmbeddingError(.unauthorized, "")) { try await fixture.gateway.embed(["a"]) }
            let sent = fixture.fake?.calls.count
            await #expect(throws: EmbeddingError(.unauthorized, "")) { try await fixture.gateway.embed(["b"]) }
            #expect(fixture.fake?.calls.count == sent)
            #expect(fixture.gateway.providerState == .stopped(EmbeddingError(.unauthorized, "")))
        }
    }

    @Test(arguments: ProviderUnderTest.keyed)
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

    @Test(
        arguments: [
            #"{"error":{"message":"encoding_format base64 is not supported"}}"#,
            #"{"error":{"message":"no","param":"encoding_format"}}"#,
            #"{"detail":[{"loc":["body","encoding_format"],"msg":"unexpected value","type":"value_error"}]}"#,
            #"{"title":"Bad request","detail":"Unknown field: encoding_format"}"#,
            #"{"errors":["encoding_format: unknown"]}"#, "unrecognized parameter encoding_format",
        ]
    )
    func `a server that knows floats only is asked for them`(refusal: String) async throws {
        try await ProviderUnderTest.openai.run { fixture in
            fixture.fake?.misbehave(.status(400, body: refusal))
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
        try await ProviderUnderTest.voyage.run { fixture in
            _ = try await fixture.gateway.embed(["a"])
            let keys: Set = ["model", "input", "input_type", "truncation", "encoding_format"]
            #expect(fixture.fake?.calls.allSatisfy { Set($0.body.keys) == keys } == true)
        }
    }

    @Test(
        arguments: [
            (.voyage, "input_type", "query", "document"), (.cohere, "input_type", "search_query", "search_document"),
        ] as [(ProviderKind, String, String, String)]
    )
    func `who is told what texts are gets calls that do not mix them`(
        kind: ProviderKind,
        field: String,
        ofQuery: String,
        ofDocument: String
    ) async throws {
        try await ProviderUnderTest(kind: kind).run { fixture in
            _ = try await fixture.gateway.model()
            async let query = fixture.gateway.embed(EmbeddingRequest(inputs: [.text("q")], type: .query))
            async let document = fixture.gateway.embed(EmbeddingRequest(inputs: [.text("d")], type: .document))
            _ = try await (query, document)
            let told = fixture.calls.map { ($0.texts, $0.body[field]?.string) }
            #expect(told.contains { $0 == ["q"] && $1 == ofQuery } && told.contains { $0 == ["d"] && $1 == ofDocument })
        }
    }

    static let fatal: [Misbehavior] = [
        .status(400), .status(413), .status(422), .status(500), .status(502), .status(503), .reset, .halfAnswer,
        .notJSON,
        .emptyAnswer,
    ]

    @Test(arguments: ProviderUnderTest.remote, fatal)
    func `a text that makes calls fail is found, whatever the failure`(
        provider: ProviderUnderTest,
        failure: Misbehavior
    ) async throws {
        for attempts in ["1", "2", "5"] {
            try await provider.run(change: { $0["RETRY_ATTEMPTS"] = attempts }) { fixture in
                fixture.fake?.failAtFatalText(failure)
                let texts = (0..<41).map { $0 == 17 ? "fatal" : "text \($0)" }
                for _ in 0..<3 {
                    let result = try await fixture.gateway.embed(texts)
                    for (index, code) in result.codes.enumerated() { #expect((code != nil) == (index == 17)) }
                    // It is the text's fault, and its attempt; the endpoint has none.
                    guard case .failure(let error) = result.embeddings[17] else { return }
                    #expect(!error.concernsProvider)
                    #expect(fixture.gateway.providerState == .ready)
                }
                #expect(try await fixture.gateway.embed(["beside"]).codes == [nil])
            }
        }
    }

    @Test(arguments: [400, 413, 422, 500], [1, 3, 10, 32])
    func `how many texts a server takes is learned and remembered`(status: Int, most: Int) async throws {
        try await ProviderUnderTest.openai.run { fixture in
            fixture.fake?.refuseMore(than: most, status: status)
            for round in 0..<6 {
                let result = try await fixture.gateway.embed((0..<100).map { "round \(round), text \($0)" })
                #expect(result.codes.allSatisfy { $0 == nil })
            }
            let before = fixture.calls.count
            let result = try await fixture.gateway.embed((0..<100).map { "last, text \($0)" })
            #expect(result.codes.allSatisfy { $0 == nil })
            #expect(fixture.calls.dropFirst(before).allSatisfy { $0.texts.count <= most })
            #expect(fixture.calls.count - before <= (100 + most - 1) / most)
            #expect(fixture.gateway.providerState == .ready)
        }
    }

    @Test(arguments: ["9223372036854775807", "1e300", "-5", "null", "1.5", #""9223372036854775807""#, "[]"])
    func `numbers out of all proportion harm nobody`(number: String) async throws {
        let transport = StubTransport { request in
            switch request.url {
            case "http://a:1/api/tags": .json(#"{"models":[{"name":"tiny:latest","digest":"abc123"}]}"#)
            case "http://a:1/api/show":
                .json(#"{"model_info":{"bert.embedding_length":\#(number),"bert.context_length":\#(number)}}"#)
            case "http://a:1/api/embed": .json(#"{"embeddings":[[0.6,0.8]],"prompt_eval_count":\#(number)}"#)
            default:
                .json(
                    #"{"data":[{"embedding":[0.6,0.8]}],"usage":{"prompt_tokens":\#(number),"total_tokens":\#(number)}}"#,
                    headers: [
                        ("x-ratelimit-limit-tokens", number), ("x-ratelimit-remaining-tokens", number),
                        ("x-ratelimit-reset-tokens", number),
                    ]
                )
            }
        }
        for provider in ["openai", "ollama"] {
            let settings = [
                "EMBEDDING_PROVIDER": provider, "EMBEDDING_MODEL": "tiny", "OLLAMA_URL": "http://a:1",
                "OPENAI_BASE_URL": "http://a:1/v1",
            ]
            let gateway = try ProviderUnderTest.fixture(settings, transport: transport).gateway
            for text in ["a", "b", String(repeating: "long ", count: 5000)] {
                #expect(try await gateway.embed([text]).vectors == [[0.6, 0.8]])
            }
        }
    }

    @Test(arguments: [
        ("/v1/moved", "http://up/v1/moved"), ("http://up/moved", "http://up/moved"),
        ("HTTP://UP:80/moved", "HTTP://UP:80/moved"), ("//up/moved", "http://up/moved"),
        ("moved", "http://up/v1/moved"), ("../moved", "http://up/v1/../moved"),
        ("?moved", "http://up/v1/embeddings?moved"),
    ])
    func `redirects within the server are followed`(location: String, url: String) async throws {
        let transport = StubTransport { request in
            request.url == url
                ? .json(#"{"data":[{"index":0,"embedding":[0.6,0.8]}]}"#)
                : .json("", status: 308, headers: [("Location", location)])
        }
        let settings = ["EMBEDDING_PROVIDER": "openai", "EMBEDDING_MODEL": "x", "OPENAI_BASE_URL": "http://up/v1"]
        let gateway = try ProviderUnderTest.fixture(settings, transport: transport).gateway
        #expect(try await gateway.embed(["a"]).vectors == [[0.6, 0.8]])
    }

    @Test(arguments: [
        "https://other.example/v1/embeddings?secret", "https://other.example\\@up:1/?secret",
        "https://u:secret@other.example",
    ])
    func `redirects to other servers are named, and get neither key nor text`(location: String) async throws {
        let transport = StubTransport { _ in .json("", status: 307, headers: [("Location", location)]) }
        let settings = ["EMBEDDING_PROVIDER": "openai", "EMBEDDING_MODEL": "x", "OPENAI_BASE_URL": "http://up:1/v1"]
        let gateway = try ProviderUnderTest.fixture(settings, transport: transport).gateway
        await #expect { try await gateway.embed(["a"]) } throws: { error in
            let error = error as? EmbeddingError
            return error?.code == .wrongAddress && error?.message.contains("https://other.example") == true
                && error?.message.contains("secret") == false
        }
        #expect(transport.requests.allSatisfy { $0.url.hasPrefix("http://up:1/") })
    }

    @Test func `a gateway before the provider gets the fields it wants`() async throws {
        let transport = StubTransport { _ in .json(#"{"data":[{"embedding":[0.6,0.8]}]}"#) }
        let settings = [
            "EMBEDDING_PROVIDER": "openai", "EMBEDDING_MODEL": "x", "OPENAI_BASE_URL": "http://up:1/v1",
            "PROVIDER_HEADERS": "X-Team=search, cf-access = abc=def",
        ]
        let gateway = try ProviderUnderTest.fixture(settings, transport: transport).gateway
        _ = try await gateway.embed(["a"])
        let sent = try #require(transport.requests.last?.headers)
        #expect(sent.contains { $0 == ("X-Team", "search") } && sent.contains { $0 == ("cf-access", "abc=def") })
    }

    @Test func `a missing Ollama model is named with what to do, or pulled`() async throws {
        func missing(_ dialect: ProviderDouble.Dialect) -> ProviderDouble {
            let fake = ProviderDouble(dialect)
            fake.removeModel()
            return fake
        }
        try await ProviderUnderTest.ollama.run(missing) { fixture in
            await #expect { try await fixture.gateway.embed(["a"]) } throws: { error in
                (error as? EmbeddingError)?.message.contains("OLLAMA_PULL") == true
            }
            #expect(fixture.gateway.providerState == .stopped(EmbeddingError(.unknownModel, "")))
        }
        try await ProviderUnderTest.ollama.run(missing, change: { $0["OLLAMA_PULL"] = "true" }) { fixture in
            let result = try await fixture.gateway.embed(["a"])
            #expect(result.codes == [nil])
            #expect(fixture.fake?.pulls == 1)
        }
    }

    @Test func `a dead Ollama server is left out and the other does its work`() async throws {
        try await ProviderUnderTest.ollama.run(change: {
            $0["OLLAMA_URL", default: ""] = "http://127.0.0.1:1," + ($0["OLLAMA_URL"] ?? "")
        }) {
            fixture in
            for number in 0..<20 {
                let result = try await fixture.gateway.embed(["text \(number)"])
                #expect(result.codes == [nil])
            }
            #expect(fixture.gateway.providerState == .ready)
        }
    }

    @Test func `an Ollama server with another build of the model gets no work`() async throws {
        let other = ProviderDouble(.ollama)
        other.setDigest("sha256:two")
        try await other.serve { url in
            try await ProviderUnderTest.ollama.run(change: { $0["OLLAMA_URL", default: ""] += ",\(url)" }) { fixture in
                for number in 0..<10 { _ = try await fixture.gateway.embed(["text \(number)"]) }
                #expect(other.calls.isEmpty)
                let model = try await fixture.gateway.model()
                #expect(model.revision == "sha256:one")
            }
        }
    }

    @Test func `several Ollama servers share the work`() async throws {
        let other = ProviderDouble(.ollama, latency: .milliseconds(20))
        try await other.serve { url in
            try await ProviderUnderTest.ollama.run(
                { ProviderDouble($0, latency: .milliseconds(20)) },
                change: { settings in
                    settings["OLLAMA_URL", default: ""] += ",\(url)"
                    settings["BATCH_SIZE"] = "4"
                },
                { fixture in
                    _ = try await fixture.gateway.embed((0..<64).map { "text \($0)" })
                    #expect(fixture.fake.map { $0.calls.count > 4 && other.calls.count > 4 } == true)
                }
            )
        }
    }

    @Test func `when the provider is gone its circuit opens and callers are told when to come back`() async throws {
        let gateway = try ProviderUnderTest.fixture([
            "EMBEDDING_PROVIDER": "openai", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "RETRY_ATTEMPTS": "6",
            "RETRY_DELAY_MS": "1",
        ]).gateway
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
