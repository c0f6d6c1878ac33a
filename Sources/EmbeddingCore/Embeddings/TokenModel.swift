/// A model whose tokens can be seen, not only the vectors of whole texts.
package protocol TokenModel: Sendable {
    /// The tokens of each whole text.
    /// - Parameters:
    ///   - promptName: the prompt that is put before a text; nil for none.
    ///   - special: whether the special tokens stand around them.
    /// - Throws: `.invalidInput` for a prompt that the model does not have.
    func tokens(
        of texts: [String],
        promptName: String?,
        special: Bool
    ) async throws(EmbeddingError) -> [[TextToken]]

    /// The text that each list of token ids stands for.
    /// - Parameter special: whether special tokens are part of it.
    /// - Throws: `.invalidInput` for an id that the model does not have.
    func texts(of lists: [[Int]], special: Bool) async throws(EmbeddingError) -> [String]

    /// The vectors of every token of each input, as the model's last layer gives them.
    /// - Throws: `.invalidInput` for an input that cannot be embedded, or more vectors than fit into one answer;
    ///   `.unavailable`, `.cancelled`.
    func vectors(_ request: EmbeddingRequest) async throws(EmbeddingError) -> [TokenVectors]
}

/// A token of a text.
package struct TextToken: Sendable, Hashable {
    package let id: Int
    /// What it stands for in the text, or its own name when it was added.
    package let text: String
    /// Where it stands, in Unicode scalars; nil for a special token that was added to the text.
    package let range: Range<Int>?

    package init(id: Int, text: String, range: Range<Int>?) {
        self.id = id
        self.text = text
        self.range = range
    }
}

/// The vectors of an input's tokens.
package struct TokenVectors: Sendable, Hashable {
    /// One after the other.
    package let values: [Float]
    /// Floats of each.
    package let width: Int

    package init(values: [Float], width: Int) {
        self.values = values
        self.width = width
    }

    package var count: Int { values.count / width }
}
