/// Cuts text into the tokens of a model's vocabulary, as Hugging Face's `tokenizers` does: added tokens first, what is
/// between them by the model, special tokens around all.
struct Tokenizer: Sendable {
    /// Found in the text as it is.
    let added: AddedTokens
    let model: any SegmentTokenizer
    let template: TokenTemplate
    /// Nil when the file does not say how two texts stand together.
    let pairTemplate: PairTemplate?
    /// What each token stands for.
    let pieces: PieceTable
    /// Tokens that are no text.
    let special: Set<Int32>
    let joining: TokenJoining
    /// Whether a token's offsets leave out the spaces at its ends.
    let trimsSpaces: Bool

    /// Appends the tokens of `text` with the special tokens around them, `limit` in all at most; what is too long is
    /// cut at its end. `limit` is more than the special tokens.
    func append(_ text: String, limit: Int, to tokens: inout [Int32]) {
        // The last special tokens come after the cut.
        let end = limit == .max ? Int.max : tokens.count + limit - template.after.count
        tokens.append(contentsOf: template.before)
        appendSegments(of: text, until: end, to: &tokens)
        tokens.append(contentsOf: template.after)
    }

    /// The last tokens of `text` with the special tokens around them, `limit` in all at most.
    func last(_ limit: Int, of text: String) -> [Int32] {
        var tokens: [Int32] = []
        appendSegments(of: text, until: .max, to: &tokens)
        return template.before + tokens.suffix(max(0, limit - template.count)) + template.after
    }

    /// The text that tokens stand for.
    /// - Parameter special: whether special tokens are part of it.
    func text(of tokens: [Int32], special: Bool) -> String {
        let kept = special ? tokens : tokens.filter { !self.special.contains($0) }
        return joining.text(of: kept.compactMap { pieces[Int($0)] })
    }

    /// Appends the tokens of two texts, `limit` in all at most.
    /// - Returns: how many belong to the first, special tokens included.
    func append(_ text: String, _ other: String, limit: Int, to tokens: inout [Int32]) -> Int {
        let template = pairTemplate ?? PairTemplate()
        let room = limit - template.count
        var (first, second): ([Int32], [Int32]) = ([], [])
        appendSegments(of: text, until: room, to: &first)
        appendSegments(of: other, until: room, to: &second)
        let kept = PairTemplate.share(first.count, second.count, of: room)
        tokens.append(contentsOf: template.before)
        tokens.append(contentsOf: first[..<kept.first])
        tokens.append(contentsOf: template.between)
        tokens.append(contentsOf: second[..<kept.second])
        tokens.append(contentsOf: template.after)
        return template.before.count + kept.first + template.between.count
    }

    /// Appends tokens until there are `end`.
    private func appendSegments(of text: String, until end: Int, to tokens: inout [Int32]) {
        var isBeginning = true
        added.forEachSegment(of: text) { segment in
            switch segment {
            case .token(let id, _): tokens.append(id)
            case .text(let text): model.append(text, isBeginning: isBeginning, until: end, to: &tokens)
            }
            isBeginning = false
            return tokens.count < end
        }
        if tokens.count > end { tokens.removeSubrange(end...) }
    }
}
