/// Tokens that stand for themselves wherever their text occurs, such as `[SEP]`, before any normalization.
struct SpecialTokens: Sendable {
    struct Token: Sendable, Hashable {
        let content: String
        let id: Int32
        /// Whether white space before and after belongs to the token.
        var stripsLeft = false
        var stripsRight = false
    }

    /// Text between special tokens, or one of them.
    enum Segment {
        case text(Substring.UnicodeScalarView)
        case token(Int32)
    }

    /// Longest first, so that one that begins another does not hide it.
    private let tokens: [Token]
    private let firstScalars: Set<Unicode.Scalar>

    init(_ tokens: [Token]) {
        self.tokens = tokens.filter { !$0.content.isEmpty }.sorted { $0.content.utf8.count > $1.content.utf8.count }
        firstScalars = Set(self.tokens.compactMap { $0.content.unicodeScalars.first })
    }

    /// Calls `body` with the segments of `text` until it answers false.
    func forEachSegment(of text: String, _ body: (Segment) -> Bool) {
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            guard firstScalars.contains(scalars[index]), let match = match(in: scalars, at: index) else {
                scalars.formIndex(after: &index)
                continue
            }
            var end = index
            if match.token.stripsLeft {
                while end > start, scalars[scalars.index(before: end)].properties.isWhitespace {
                    end = scalars.index(before: end)
                }
            }
            if start < end, !body(.text(Substring(scalars[start..<end]).unicodeScalars)) { return }
            if !body(.token(match.token.id)) { return }
            index = match.end
            if match.token.stripsRight {
                while index < scalars.endIndex, scalars[index].properties.isWhitespace {
                    scalars.formIndex(after: &index)
                }
            }
            start = index
        }
        if start < scalars.endIndex { _ = body(.text(Substring(scalars[start...]).unicodeScalars)) }
    }

    private func match(
        in scalars: String.UnicodeScalarView,
        at index: String.Index
    ) -> (token: Token, end: String.Index)? {
        for token in tokens {
            var end = index
            var matches = true
            for scalar in token.content.unicodeScalars {
                guard end < scalars.endIndex, scalars[end] == scalar else {
                    matches = false
                    break
                }
                scalars.formIndex(after: &end)
            }
            if matches { return (token, end) }
        }
        return nil
    }
}
