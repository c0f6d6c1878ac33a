import EmbeddingCore
import Testing

@testable import Providers

/// Token ids for providers that take text.
@Suite struct TokenEncodingTests {
    /// One token a letter.
    private struct Letters: TokenDecoder {
        func text(of ids: [Int]) throws(EmbeddingError) -> String {
            guard ids.allSatisfy({ (0..<26).contains($0) }) else { throw EmbeddingError(.invalidInput, "no letter") }
            return String(decoding: ids.map { UInt8($0 + 97) }, as: UTF8.self)
        }
    }

    private func gateway(_ provider: ScriptedProvider, _ decoder: (any TokenDecoder)?) throws -> EmbeddingGateway {
        try EmbeddingGateway.test(provider, decoder: decoder)
    }

    private static func provider(acceptsTokens: Bool = false) -> ScriptedProvider {
        ScriptedProvider(limits: EmbeddingLimits(items: 64, tokensPerText: 100, acceptsTokens: acceptsTokens))
    }

    @Test func `ids are embedded as their text, and are the same in the cache`() async throws {
        let provider = Self.provider()
        let gateway = try gateway(provider, Letters())
        #expect(gateway.limits.acceptsTokens)
        let inputs: [EmbeddingInput] = [.tokens([0, 1]), .text("ab"), .tokens([2])]
        let result = try await gateway.embed(EmbeddingRequest(inputs: inputs))
        #expect(result.vectors == ["ab", "ab", "c"].map { ScriptedProvider.vector(for: .text($0)) })
        #expect(provider.received == [[.text("ab"), .text("c")]])
        #expect(gateway.cached(EmbeddingRequest(inputs: [.tokens([2]), .text("ab")]))?.cache == .hit)
    }

    @Test func `ids of nothing fail alone`() async throws {
        let gateway = try gateway(Self.provider(), Letters())
        let inputs: [EmbeddingInput] = [.tokens([0]), .tokens([26]), .tokens([])]
        let result = try await gateway.embed(EmbeddingRequest(inputs: inputs))
        #expect(result.codes == [nil, .invalidInput, .invalidInput])
    }

    @Test func `without a decoder ids are refused`() async throws {
        let gateway = try gateway(Self.provider(), nil)
        #expect(!gateway.limits.acceptsTokens)
        let result = try await gateway.embed(EmbeddingRequest(inputs: [.tokens([0]), .text("x")]))
        #expect(result.codes == [.tokensUnsupported, nil])
    }
}
