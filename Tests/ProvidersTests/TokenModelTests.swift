import EmbeddingCore
import Testing

@testable import Providers

/// What the built-in model alone can do: raw vectors, tokens, the vectors of tokens.
@Suite(.serialized) struct TokenModelTests {
    private func run(_ encoding: String = "cl100k", _ body: (EmbeddingGateway) async throws -> Void) async throws {
        let builtIn = try #require(ProviderUnderTest.available.first { $0.kind.isInProcess })
        try await builtIn.run(change: { $0["TOKEN_ENCODING"] = encoding }) { try await body($0.gateway) }
    }

    private static func vector(_ gateway: EmbeddingGateway, _ request: EmbeddingRequest) async throws -> [Float] {
        try #require(try await gateway.embed(request).vectors[0])
    }

    private static func raw(_ request: EmbeddingRequest) -> EmbeddingRequest {
        var raw = request
        raw.isNormalized = false
        return raw
    }

    private static func length(_ vector: [Float]) -> Float { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    @Test func `raw and unit vectors are told apart, in the cache and in one batch`() async throws {
        try await run { gateway in
            let unit = EmbeddingRequest(inputs: [.text("a parser for dates")])
            let raw = Self.raw(unit)
            async let first = Self.vector(gateway, raw)
            async let second = Self.vector(gateway, unit)
            let (rawVector, unitVector) = try await (first, second)
            let length = Self.length(rawVector)
            #expect(abs(length - 1) > 0.01)
            for (one, other) in zip(rawVector, unitVector) { #expect(abs(one / length - other) < 1e-5) }
            #expect(gateway.cached(raw)?.vectors == [rawVector])
            #expect(gateway.cached(unit)?.vectors == [unitVector])
        }
    }

    @Test func `a provider of unit vectors refuses raw ones, and shows no tokens`() async throws {
        let gateway = try EmbeddingGateway.test(ScriptedProvider())
        let raw = Self.raw(EmbeddingRequest(inputs: [.text("a")]))
        await #expect(throws: EmbeddingError(.unsupported, "")) { try await gateway.embed(raw) }
        await #expect(throws: EmbeddingError(.unsupported, "")) { try await gateway.tokenModel() }
    }

    @Test func `of a long text either end may be lost`() async throws {
        try await run { gateway in
            let text = (0..<2000).map { "word\($0)" }.joined(separator: " ")
            var left = EmbeddingRequest(inputs: [.text(text)])
            left.truncatedEnd = .left
            let vector = try await Self.vector(gateway, left)
            var longer = left
            longer.inputs = [.text("something else before it " + text)]
            let same = try await Self.vector(gateway, longer)
            for (one, other) in zip(vector, same) { #expect(abs(one - other) < 1e-5) }
            left.truncatedEnd = .right
            let other = try await Self.vector(gateway, left)
            #expect(zip(vector, other).contains { abs($0 - $1) > 1e-3 })
        }
    }

    @Test func `tokens, their text and the vector of the text belong together`() async throws {
        try await run("model") { gateway in
            let text = "Unaffable parsers"
            let model = try await gateway.tokenModel()
            let tokens = try await model.tokens(of: [text], promptName: nil, special: true)[0]
            let ids = tokens.map(\.id)
            #expect(tokens.map(\.text) == ["[CLS]", "Una", "ffa", "ble", "par", "ser", "s", "[SEP]"])
            #expect(try await model.texts(of: [ids], special: false) == ["unaffable parsers"])
            let ofText = try await Self.vector(gateway, EmbeddingRequest(inputs: [.text(text)]))
            let ofTokens = try await Self.vector(gateway, EmbeddingRequest(inputs: [.tokens(ids)]))
            for (one, other) in zip(ofText, ofTokens) { #expect(abs(one - other) < 1e-5) }
            let vectors = try await model.vectors(EmbeddingRequest(inputs: [.text(text), .tokens([101, 102])]))
            #expect(vectors.map(\.count) == [ids.count, 2])
            #expect(vectors[0].width == 384)
        }
    }

    @Test(arguments: [[30_522], [-1], [101, .max]])
    func `ids out of range fail alone`(ids: [Int]) async throws {
        try await run("model") { gateway in
            let result = try await gateway.embed(EmbeddingRequest(inputs: [.text("a"), .tokens(ids)]))
            #expect(result.codes == [nil, .invalidInput])
            let model = try await gateway.tokenModel()
            await #expect(throws: EmbeddingError(.invalidInput, "")) {
                try await model.texts(of: [[101], ids], special: true)
            }
        }
    }

    @Test func `ids are refused unless the model's are meant`() async throws {
        try await run { gateway in
            #expect(!gateway.limits.acceptsTokens)
            let result = try await gateway.embed(EmbeddingRequest(inputs: [.tokens([101])]))
            #expect(result.codes == [.tokensUnsupported])
        }
    }

    @Test func `vectors of more tokens than fit into one answer are refused before they are computed`() async throws {
        try await run { gateway in
            let inputs = Array(repeating: EmbeddingInput.text(String(repeating: "word ", count: 300)), count: 100)
            let model = try await gateway.tokenModel()
            await #expect(throws: EmbeddingError(.invalidInput, "")) {
                try await model.vectors(EmbeddingRequest(inputs: inputs))
            }
        }
    }

    @Test func `a prompt goes before the text, and one that there is not is named with those there are`() async throws {
        let preparation = InputPreparation(
            queryPrefix: "q: ",
            documentPrefix: "",
            prompts: ["clustering": "cluster: "],
            counter: TokenEstimate(),
            countsExactly: false
        )
        let limits = EmbeddingLimits(items: 1, tokensPerText: 100)
        var request = EmbeddingRequest(inputs: [], type: .query)
        request.promptName = "clustering"
        #expect(try preparation.prepare(.text("a"), request, limits: limits).input == .text("cluster: a"))
        request.promptName = "other"
        let error = #expect(throws: EmbeddingError.self) { try preparation.prompt(of: request) }
        #expect(error?.parameter == "prompt_name")
        #expect(error?.message.contains("clustering, document, passage, query") == true)
    }
}
