import EmbeddingCore
import Testing

@Suite struct EmbeddingTests {
    @Test func `scales to unit length`() throws {
        #expect(try Embedding(validating: [3, 4], dimensions: 2).values == [0.6, 0.8])
        #expect(try Embedding(validating: [3, 4], dimensions: 2, normalized: false).values == [3, 4])
    }

    @Test(arguments: [[], [1], [1, 0, 0], [0, 0], [.nan, 1], [.infinity, 1], [3e38, 3e38]] as [[Float]])
    func `refuses unusable vectors`(values: [Float]) {
        #expect(throws: EmbeddingError(.badResponse, "")) { try Embedding(validating: values, dimensions: 2) }
    }

    @Test func `names the model in full`() {
        let model = EmbeddingModel(provider: "builtin", name: "m", dimensions: 384, revision: "0123456789abcdef")
        #expect(model.fingerprint == "builtin/m@384#0123456789ab")
    }
}
