/// What the encoder made of a list of texts.
package struct EncodedTexts: Sendable {
    /// What was made of each text, in order.
    package var vectors: [[Float]]
    /// Tokens computed, all texts together, special tokens included, what was cut not.
    package var tokens: Int

    package init(vectors: [[Float]], tokens: Int) {
        self.vectors = vectors
        self.tokens = tokens
    }
}
