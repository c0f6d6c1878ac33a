import EmbeddingCore

/// A provider whose model's tokens can be seen.
protocol TokenSource: Sendable {
    /// Floats of a token's vector.
    var tokenWidth: Int { get }

    /// The tokens of the whole text.
    func tokens(of text: String, special: Bool) -> [TextToken]

    /// - Throws: `.invalidInput` for an id that the model does not have.
    func text(of ids: [Int], special: Bool) throws(EmbeddingError) -> String

    /// The vectors of every token, for each input.
    func tokenVectors(_ inputs: [EmbeddingInput]) async throws(EmbeddingError) -> [TokenVectors]
}
