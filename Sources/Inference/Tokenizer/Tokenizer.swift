/// Cuts text into the tokens of a model's vocabulary.
protocol Tokenizer: Sendable {
    /// Appends the tokens of `text` with the special tokens around them, `limit` in all at most; what is too long is
    /// cut at its end. `limit` is at least 3.
    func append(_ text: String, limit: Int, to tokens: inout [Int32])
}
