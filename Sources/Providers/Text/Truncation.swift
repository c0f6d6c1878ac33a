/// Cuts texts to a number of tokens.
enum Truncation {
    /// The longest beginning of `text` that `counter` counts as `limit` tokens at most, cut between characters.
    static func cut(_ text: String, toTokens limit: Int, counter: some TokenCounter) -> String {
        guard counter.count(text) > limit else { return text }
        // A count does not fall when a text grows, so the place is found by halving.
        var fits = 0
        var tooLong = text.utf8.count
        while tooLong - fits > 1 {
            let middle = (fits + tooLong) / 2
            let prefix = beginning(of: text, bytes: middle)
            if counter.count(prefix) <= limit { fits = middle } else { tooLong = middle }
        }
        return beginning(of: text, bytes: fits)
    }

    /// The longest run of whole characters within so many bytes.
    static func beginning(of text: String, bytes: Int) -> String {
        guard bytes < text.utf8.count else { return text }
        var index = text.utf8.index(text.startIndex, offsetBy: bytes)
        while index > text.startIndex {
            if let boundary = String.Index(index, within: text) { return String(text[..<boundary]) }
            index = text.utf8.index(before: index)
        }
        return ""
    }
}
