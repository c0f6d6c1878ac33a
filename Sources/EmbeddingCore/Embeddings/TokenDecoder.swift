/// Turns token ids back into the text that they stand for.
package protocol TokenDecoder: Sendable {
    /// - Throws: `.invalidInput` for an id that the vocabulary does not have.
    func text(of ids: [Int]) throws(EmbeddingError) -> String
}
