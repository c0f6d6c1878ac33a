import EmbeddingCore
import EventLoop
import HTTPClient
import Logging
import Synchronization
import Telemetry
import Testing

@testable import Providers

struct EmbeddingGatewayTests {
    @Test(
        arguments: [
            (["a"], 384, true), (["a"], 16_385, false), ([String(repeating: "a", count: 17_000)], 384, false),
        ]
    )
    func `small calls are worked on on the loop of their request`(
        texts: [String],
        dimensions: Int,
        isBrief: Bool
    ) async throws {
        let loop = try EventLoop()
        defer { loop.end() }
        let wasOnLoop = Atomic<Bool>(false)
        let provider = ScriptedProvider(
            dimensions: dimensions,
            limits: EmbeddingLimits(items: 64, tokensPerText: 100_000, acceptsTokens: true),
            script: { inputs, _ in
                wasOnLoop.store(EventLoop.current === loop, ordering: .relaxed)
                return ScriptedProvider.answer(inputs, dimensions: dimensions)
            }
        )
        let gateway = try EmbeddingGateway.test(provider)
        let result = try await Task(executorPreference: loop) { try await gateway.embed(texts) }.value
        #expect(result.codes == [nil])
        #expect(wasOnLoop.load(ordering: .relaxed) == isBrief)
    }

    @Test func `answers keep the order of the inputs and repeated texts are asked once`() async throws {
        let provider = ScriptedProvider()
        let gateway = try EmbeddingGateway.test(provider)
        let result = try await gateway.embed(["a", "b", "a", "c"])
        #expect(result.vectors == ["a", "b", "a", "c"].map { ScriptedProvider.vector(for: .text($0)) })
        #expect(provider.received.count == 1)
        #expect(provider.received[0].count == 3)
        #expect(result.cache == .miss)
    }

    @Test func `a partly cached request asks only for what is missing`() async throws {
        let provider = ScriptedProvider()
        let gateway = try EmbeddingGateway.test(provider)
        _ = try await gateway.embed(["a", "c"])
        let result = try await gateway.embed(["c", "b", "a"])
        #expect(result.cache == .partial)
        #expect(result.vectors == ["c", "b", "a"].map { ScriptedProvider.vector(for: .text($0)) })
        #expect(provider.received.last == [.text("b")])
        let hit = gateway.cached(EmbeddingRequest(inputs: [.text("b"), .text("a")]))
        #expect(hit?.cache == .hit)
        #expect(hit?.vectors == ["b", "a"].map { ScriptedProvider.vector(for: .text($0)) })
        #expect(gateway.cached(EmbeddingRequest(inputs: [.text("b"), .text("new")])) == nil)
    }

    @Test func `texts that were looked up are not hashed again`() async throws {
        let provider = ScriptedProvider()
        let gateway = try EmbeddingGateway.test(provider)
        _ = try await gateway.embed(["known"])
        var request = EmbeddingRequest(inputs: [.text("a"), .text("b")])
        #expect(gateway.cached(&request) == nil && request.keys != nil)
        // Other texts would not be found under these keys if they were.
        let (a, b) = (request.inputs, [EmbeddingInput.text("c"), .text("d")])
        request.inputs = b
        _ = try await gateway.embed(request)
        #expect(gateway.cached(EmbeddingRequest(inputs: a))?.vectors == b.map { ScriptedProvider.vector(for: $0) })
        #expect(gateway.cached(EmbeddingRequest(inputs: b)) == nil)
    }

    @Test func `keys of another model or of other inputs are not used`() async throws {
        let gateway = try EmbeddingGateway.test(ScriptedProvider())
        let model = try await gateway.model()
        var request = EmbeddingRequest(inputs: [.text("a")])
        let words = [UInt64](repeating: 7, count: 4)
        let other = EmbeddingModel(provider: "openai", name: "other", dimensions: model.dimensions)
        for keys in [InputKeys(model: other, words: words), InputKeys(model: model, words: words + words)] {
            request.keys = keys
            _ = try await gateway.embed(request)
            #expect(gateway.cached(EmbeddingRequest(inputs: [.text("a")]))?.cache == .hit)
        }
    }

    @Test func `a query and a document are different texts`() async throws {
        let configuration = GatewayConfiguration(queryPrefix: "q: ", documentPrefix: "d: ")
        let provider = ScriptedProvider()
        let gateway = try EmbeddingGateway.test(provider, configuration: configuration)
        _ = try await gateway.embed(EmbeddingRequest(inputs: [.text("x")], type: .query))
        _ = try await gateway.embed(EmbeddingRequest(inputs: [.text("x")], type: .document))
        #expect(provider.received == [[.text("q: x")], [.text("d: x")]])
    }

    @Test func `a poisoned text fails alone`() async throws {
        let provider = ScriptedProvider { inputs, _ throws(EmbeddingError) in
            if inputs.contains(.text("poison")) { throw EmbeddingError(.invalidInput, "refused") }
            return ScriptedProvider.answer(inputs)
        }
        let gateway = try EmbeddingGateway.test(provider)
        let texts = (0..<40).map { $0 == 17 ? "poison" : "text \($0)" }
        let result = try await gateway.embed(texts)
        #expect(result.codes.enumerated().allSatisfy { ($0.offset == 17) == ($0.element == .invalidInput) })
        #expect(provider.received.count <= 13)
    }

    /// What stops a provider for all stops it for none of the others when it follows one text.
    @Test(arguments: [EmbeddingError.Code.unauthorized, .unknownModel, .wrongAddress])
    func `a text that is refused as if it were the key fails alone`(code: EmbeddingError.Code) async throws {
        let provider = ScriptedProvider { inputs, _ throws(EmbeddingError) in
            if inputs.contains(.text("poison")) { throw EmbeddingError(code, "forbidden words") }
            return ScriptedProvider.answer(inputs)
        }
        let gateway = try EmbeddingGateway.test(
            provider,
            configuration: GatewayConfiguration(retryAttempts: 1)
        )
        let result = try await gateway.embed(["one", "poison", "two", "three"])
        #expect(result.codes == [nil, .textFailed, nil, nil])
        #expect(gateway.providerState == .ready)
    }

    @Test(arguments: [
        [Float.nan, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0], [], [.infinity, 0, 0, 0], [1, 0, 0, 0, 0],
    ])
    func `an unusable vector spoils its own text only`(vector: [Float]) async throws {
        let provider = ScriptedProvider { inputs, _ in
            var batch = ScriptedProvider.answer(inputs)
            if let place = inputs.firstIndex(of: .text("bad")) { batch.vectors[place] = vector }
            return batch
        }
        let gateway = try EmbeddingGateway.test(provider)
        let result = try await gateway.embed(["good", "bad", "fine"])
        #expect(result.codes == [nil, .badResponse, nil])
    }

    @Test func `a cancelled caller gets its answer at once`() async throws {
        let entered = AsyncStream<Void>.makeStream()
        let release = AsyncStream<Void>.makeStream()
        let provider = ScriptedProvider { inputs, _ in
            entered.continuation.yield()
            for await _ in release.stream { break }
            return ScriptedProvider.answer(inputs)
        }
        let gateway = try EmbeddingGateway.test(provider)
        let task = Task { try await gateway.embed(["slow"]) }
        for await _ in entered.stream { break }
        task.cancel()
        await #expect(throws: EmbeddingError(.cancelled, "")) { try await task.value }
        release.continuation.yield()
    }

    @Test func `a wrong key stops the provider with one message`() async throws {
        let provider = ScriptedProvider { _, _ throws(EmbeddingError) in
            throw EmbeddingError(.unauthorized, "the key is wrong")
        }
        let gateway = try EmbeddingGateway.test(provider)
        await #expect(throws: EmbeddingError(.unauthorized, "")) { try await gateway.embed(["a"]) }
        await #expect(throws: EmbeddingError(.unauthorized, "")) { try await gateway.embed(["b"]) }
        #expect(provider.received == [[.text("a")], ProviderCall.control.inputs])
        guard case .stopped(let error) = gateway.providerState else {
            Issue.record("the provider is not stopped")
            return
        }
        #expect(error.message == "the key is wrong")
    }

    @Test func `OpenAI's wire is spoken end to end`() async throws {
        let transport = StubTransport { request in
            let text = String(decoding: request.body, as: UTF8.self)
            #expect(text.contains(#""encoding_format":"base64""#))
            #expect(request.url == "http://upstream/v1/embeddings")
            #expect(request.headers.contains { $0.name == "Authorization" && $0.value == "Bearer sk-secret" })
            let vector = ScriptedProvider.vector(for: .text("any"), dimensions: 1536)
            let numbers = vector.map(\.description).joined(separator: ",")
            let item = #"{"object":"embedding","index":0,"embedding":[\#(numbers)]}"#
            return .json(#"{"object":"list","data":[\#(item)],"usage":{"prompt_tokens":5,"total_tokens":5}}"#)
        }
        let gateway = try ProviderUnderTest.fixture(
            [
                "EMBEDDING_PROVIDER": "openai", "OPENAI_API_KEY": "sk-secret", "OPENAI_BASE_URL": "http://upstream/v1/",
            ],
            transport: transport
        ).gateway
        let result = try await gateway.embed(["hello"])
        #expect(result.tokens == 5)
        #expect(result.vectors[0]?.count == 1536)
        #expect(result.model.fingerprint == "openai/text-embedding-3-small@1536")
    }

    @Test func `Ollama's wire is spoken end to end`() async throws {
        let transport = StubTransport { request in
            switch request.url {
            case "http://a:1/api/tags": .json(#"{"models":[{"name":"tiny:latest","digest":"abc123"}]}"#)
            case "http://a:1/api/show": .json(#"{"model_info":{"bert.embedding_length":2,"bert.context_length":64}}"#)
            default: .json(#"{"model":"tiny","embeddings":[[0.6,0.8],[1,0]],"prompt_eval_count":9}"#)
            }
        }
        let gateway = try ProviderUnderTest.fixture(
            ["EMBEDDING_PROVIDER": "ollama", "EMBEDDING_MODEL": "tiny", "OLLAMA_URL": "http://a:1"],
            transport: transport
        ).gateway
        let result = try await gateway.embed(["hello", "world"])
        #expect(result.vectors == [[0.6, 0.8], [1, 0]])
        #expect(result.model.fingerprint == "ollama/tiny@2#abc123")
        #expect(result.tokens == 9)
    }
}
