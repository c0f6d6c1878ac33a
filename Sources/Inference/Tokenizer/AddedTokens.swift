/// Tokens that stand for themselves wherever their text occurs, such as `[SEP]`. Of several that begin at one place the
/// longest counts.
struct AddedTokens: Sendable {
    struct Token: Sendable, Hashable {
        let content: String
        let id: Int32
        /// Whether white space before and after belongs to the token.
        var stripsLeft = false
        var stripsRight = false
    }

    /// Text between added tokens, or one of them with the text it stands for.
    enum Segment {
        case text(Substring.UnicodeScalarView)
        case token(Int32, Substring.UnicodeScalarView)
    }

    private let tokens: [Token]
    /// Their bytes; what ends in it is a place in `tokens`.
    private let trie: TokenTrie
    private let isFirstByte: [Bool]

    var isEmpty: Bool { tokens.isEmpty }

    /// - Throws: `.unsupportedModel` when there are too many.
    init(_ tokens: [Token]) throws(InferenceError) {
        self.tokens = tokens.filter { !$0.content.isEmpty }
        var trie = TokenTrie(minimumCapacity: self.tokens.count * 16)
        var isFirstByte = [Bool](repeating: false, count: 256)
        for (index, token) in self.tokens.enumerated() {
            guard trie.insert(token.content.utf8, token: Int32(index)) else {
                throw InferenceError(.unsupportedModel, "the added tokens are too many")
            }
            if let first = token.content.utf8.first { isFirstByte[Int(first)] = true }
        }
        self.trie = trie
        self.isFirstByte = isFirstByte
    }

    /// Calls `body` with the segments of `text` until it answers false.
    func forEachSegment(of text: String, _ body: (Segment) -> Bool) {
        guard !tokens.isEmpty else {
            if !text.isEmpty { _ = body(.text(Substring(text).unicodeScalars)) }
            return
        }
        let scalars = text.unicodeScalars
        var start = text.startIndex
        var index = start
        while let match = nextMatch(in: text.utf8, from: index) {
            var end = match.start
            if match.token.stripsLeft {
                while end > start, scalars[scalars.index(before: end)].properties.isWhitespace {
                    end = scalars.index(before: end)
                }
            }
            if start < end, !body(.text(Substring(scalars[start..<end]).unicodeScalars)) { return }
            index = match.end
            if match.token.stripsRight {
                while index < scalars.endIndex, scalars[index].properties.isWhitespace {
                    scalars.formIndex(after: &index)
                }
            }
            if !body(.token(match.token.id, Substring(scalars[end..<index]).unicodeScalars)) { return }
            start = index
        }
        if start < text.endIndex { _ = body(.text(Substring(scalars[start...]).unicodeScalars)) }
    }

    private func nextMatch(
        in bytes: String.UTF8View,
        from start: String.Index
    ) -> (token: Token, start: String.Index, end: String.Index)? {
        var index = start
        while index < bytes.endIndex {
            if isFirstByte[Int(bytes[index])], let (token, end) = match(in: bytes, at: index) {
                return (token, index, end)
            }
            bytes.formIndex(after: &index)
        }
        return nil
    }

    private func match(in bytes: String.UTF8View, at start: String.Index) -> (token: Token, end: String.Index)? {
        var best: (token: Token, end: String.Index)?
        var node = TokenTrie.root
        var index = start
        while index < bytes.endIndex, let child = trie.child(of: node, bytes[index]) {
            node = child
            bytes.formIndex(after: &index)
            if let place = trie.token(at: node) { best = (tokens[Int(place)], index) }
        }
        return best
    }
}
