/// Cuts text into the tokens of a model's vocabulary, as Hugging Face's `tokenizers` does: added tokens first, what is
/// between them by the model, special tokens around all.
struct Tokenizer: Sendable {
    /// Found in the text as it is.
    let added: AddedTokens
    let model: any SegmentTokenizer
    let template: TokenTemplate

    /// Appends the tokens of `text` with the special tokens around them, `limit` in all at most; what is too long is
    /// cut at its end. `limit` is more than the special tokens.
    func append(_ text: String, limit: Int, to tokens: inout [Int32]) {
        // The last special tokens come after the cut.
        let end = limit == .max ? Int.max : tokens.count + limit - template.after.count
        tokens.append(contentsOf: template.before)
        var isBeginning = true
        added.forEachSegment(of: text) { segment in
            switch segment {
            case .token(let id): tokens.append(id)
            case .text(let text): model.append(text, isBeginning: isBeginning, until: end, to: &tokens)
            }
            isBeginning = false
            return tokens.count < end
        }
        if tokens.count > end { tokens.removeSubrange(end...) }
        tokens.append(contentsOf: template.after)
    }
}
