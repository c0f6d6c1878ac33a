/// Cuts texts to a number of tokens.
enum Truncation {
    /// A beginning of `text` long enough to have more than `limit` tokens, with its count; or the whole text when it has
    /// no more. However long the text is, little more than what is needed is counted.
    static func measure(_ text: String, limit: Int, counter: some TokenCounter) -> (text: String, tokens: Int) {
        var bytes = max(64, limit * 8)
        while bytes < text.utf8.count {
            let part = beginning(of: text, bytes: bytes)
            let tokens = counter.count(part)
            if tokens > limit { return (part, tokens) }
            bytes *= 4
        }
        return (text, counter.count(text))
    }

    /// The longest beginning of `text` that `counter` counts as `limit` tokens at most, cut between Unicode scalars.
    static func cut(_ text: String, toTokens limit: Int, counter: some TokenCounter) -> String {
        let measured = measure(text, limit: limit, counter: counter)
        guard measured.tokens > limit else { return text }
        // A count hardly falls when a text grows, so the place is found by halving.
        var fits = 0
        var tooLong = measured.text.utf8.count
        while tooLong - fits > 1 {
            let middle = (fits + tooLong) / 2
            if counter.count(beginning(of: measured.text, bytes: middle)) <= limit {
                fits = middle
            } else {
                tooLong = middle
            }
        }
        return beginning(of: measured.text, bytes: fits)
    }

    /// The longest run of whole Unicode scalars within so many bytes: characters of several scalars have no bound, so
    /// that looking for their borders could take as long as the text is.
    static func beginning(of text: String, bytes: Int) -> String {
        guard bytes < text.utf8.count else { return text }
        var index = text.utf8.index(text.startIndex, offsetBy: bytes)
        while index > text.startIndex, UTF8.isContinuation(text.utf8[index]) { text.utf8.formIndex(before: &index) }
        return String(text.unicodeScalars[..<index])
    }
}
