/// Finds the tokens of a text in it, one after the other.
struct TokenAligner {
    /// How far a token is looked for that is not where it should be: it is spelled in a way that is not known here.
    private static let reach = 256
    private static let space = UInt8(ascii: " ")

    private let text: AlignedText
    private var place = 0

    init(_ text: AlignedText) { self.text = text }

    /// What a known token stands for: scalars of the original.
    mutating func range(ofKnown piece: ArraySlice<UInt8>) -> Range<Int> {
        let start = self.start
        let rest = piece.dropFirst(piece.first == Self.space && !isSpace(start) ? 1 : 0)
        // A mark of a word's beginning that stands for no text.
        guard !rest.isEmpty else { return sources(from: start, to: min(start + 1, text.bytes.count)) }
        for start in start..<min(start + Self.reach, text.bytes.count) {
            guard let end = end(of: rest, from: start) else { continue }
            place = end
            return sources(from: start, to: end)
        }
        return range(ofUnknown: nil)
    }

    /// What an unknown token stands for.
    /// - Parameter next: the token after it, if it may be in the same word; otherwise all of the word is unknown.
    mutating func range(ofUnknown next: ArraySlice<UInt8>?) -> Range<Int> {
        let start = self.start
        var end = min(start + 1, text.bytes.count)
        while end < text.bytes.count, !isSpace(end) {
            if let next, next.first != Self.space, self.end(of: next, from: end) != nil { break }
            end += 1
        }
        place = end
        return sources(from: start, to: end)
    }

    private func isSpace(_ index: Int) -> Bool { index < text.bytes.count && text.bytes[index] == Self.space }

    /// Where the next token begins.
    private var start: Int {
        var start = place
        while text.spacesSeparate, isSpace(start) { start += 1 }
        return start
    }

    /// Where a piece ends that begins at `start`; nil when another text is there.
    private func end(of piece: ArraySlice<UInt8>, from start: Int) -> Int? {
        var index = start
        for byte in piece {
            if text.spacesSeparate, byte != Self.space { while index > start, isSpace(index) { index += 1 } }
            guard index < text.bytes.count, text.bytes[index] == byte else { return nil }
            index += 1
        }
        return index
    }

    private func sources(from start: Int, to end: Int) -> Range<Int> {
        guard start < end else {
            let place = text.sources.last.map { Int($0) + 1 } ?? 0
            return place..<place
        }
        let first = Int(text.sources[start])
        return first..<max(first, Int(text.sources[end - 1]) + 1)
    }
}
