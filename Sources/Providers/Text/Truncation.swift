import EmbeddingCore

/// Cuts texts to a number of tokens, at either end.
enum Truncation {
    /// A part of `text` long enough to have more than `limit` tokens, with its count; or the whole text when it has no
    /// more. However long the text is, little more than what is needed is counted.
    static func measure(
        _ text: String,
        limit: Int,
        losing end: TruncatedEnd = .right,
        counter: some TokenCounter
    ) -> (text: String, tokens: Int) {
        var bytes = max(64, limit * 8)
        while bytes < text.utf8.count {
            let part = part(of: text, bytes: bytes, losing: end)
            let tokens = counter.count(part)
            if tokens > limit { return (part, tokens) }
            bytes *= 4
        }
        return (text, counter.count(text))
    }

    /// The longest part of `text` that `counter` counts as `limit` tokens at most, cut between Unicode scalars.
    static func cut(
        _ text: String,
        toTokens limit: Int,
        losing end: TruncatedEnd = .right,
        counter: some TokenCounter
    ) -> String {
        let measured = measure(text, limit: limit, losing: end, counter: counter)
        guard measured.tokens > limit else { return text }
        // A count hardly falls when a text grows, so the place is found by halving.
        var fits = 0
        var tooLong = measured.text.utf8.count
        while tooLong - fits > 1 {
            let middle = (fits + tooLong) / 2
            if counter.count(part(of: measured.text, bytes: middle, losing: end)) <= limit {
                fits = middle
            } else {
                tooLong = middle
            }
        }
        return part(of: measured.text, bytes: fits, losing: end)
    }

    /// The longest run of whole Unicode scalars within so many bytes: characters of several scalars have no bound, so
    /// that looking for their borders could take as long as the text is.
    static func part(of text: String, bytes: Int, losing end: TruncatedEnd = .right) -> String {
        guard bytes < text.utf8.count else { return text }
        let utf8 = text.utf8
        switch end {
        case .right:
            var index = utf8.index(utf8.startIndex, offsetBy: bytes)
            while index > utf8.startIndex, UTF8.isContinuation(utf8[index]) { utf8.formIndex(before: &index) }
            return String(text.unicodeScalars[..<index])
        case .left:
            var index = utf8.index(utf8.endIndex, offsetBy: -bytes)
            while index < utf8.endIndex, UTF8.isContinuation(utf8[index]) { utf8.formIndex(after: &index) }
            return String(text.unicodeScalars[index...])
        }
    }
}
