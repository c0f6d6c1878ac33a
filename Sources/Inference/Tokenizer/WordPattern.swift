/// The patterns by which byte-level tokenizers divide text into words, as scanners: GPT-2's, and that of cl100k and its
/// like, which differ in how many digits make a word.
struct WordPattern: Sendable {
    enum Style: Sendable, Hashable {
        case gpt2
        /// Contractions in any case, any one sign before letters, so many digits, line ends apart.
        case cl100k(digits: Int)
    }

    let style: Style

    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
    private static let rest = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

    init(_ style: Style) { self.style = style }

    /// Nil when the regular expression is none of those known.
    init?(regex: String) {
        switch regex {
        case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: style = .gpt2
        case Self.contractions + "\\p{N}" + Self.rest: style = .cl100k(digits: 1)
        case Self.contractions + "\\p{N}{1,3}" + Self.rest: style = .cl100k(digits: 3)
        default: return nil
        }
    }

    /// Where the word that begins at `start` ends; every scalar belongs to one.
    func endOfWord(in text: [Unicode.Scalar], from start: Int) -> Int {
        if let end = endOfContraction(in: text, from: start) { return end }
        switch style {
        case .gpt2: return endOfPlainWord(in: text, from: start)
        case .cl100k(let digits): return endOfWord(in: text, from: start, digits: digits)
        }
    }

    private func endOfContraction(in text: [Unicode.Scalar], from start: Int) -> Int? {
        guard text[start] == "'", start + 1 < text.count else { return nil }
        let first = folded(text[start + 1])
        if ["s", "t", "m", "d"].contains(first) { return start + 2 }
        guard start + 2 < text.count else { return nil }
        switch (first, folded(text[start + 2])) {
        case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
        default: return nil
        }
    }

    /// ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    private func endOfPlainWord(in text: [Unicode.Scalar], from start: Int) -> Int {
        let first = text[start] == " " && start + 1 < text.count ? start + 1 : start
        let kind = ScalarClass(text[first])
        guard kind != .space else { return endOfSpaces(in: text, from: start) }
        return end(of: kind, in: text, from: first)
    }

    private func endOfWord(in text: [Unicode.Scalar], from start: Int, digits: Int) -> Int {
        let kind = ScalarClass(text[start])
        switch kind {
        case .letter: return end(of: .letter, in: text, from: start)
        case .number: return min(end(of: .number, in: text, from: start), start + digits)
        case .space, .other:
            if !isLineEnd(text[start]), start + 1 < text.count, ScalarClass(text[start + 1]) == .letter {
                return end(of: .letter, in: text, from: start + 1)
            }
        }
        let first = text[start] == " " && start + 1 < text.count ? start + 1 : start
        guard ScalarClass(text[first]) == .other else { return endOfSpaces(in: text, from: start) }
        var end = end(of: .other, in: text, from: first)
        while end < text.count, isLineEnd(text[end]) { end += 1 }
        return end
    }

    /// `\s+(?!\S)|\s+`: the last space before a word belongs to that; with line ends apart, `\s*[\r\n]+` first.
    private func endOfSpaces(in text: [Unicode.Scalar], from start: Int) -> Int {
        let end = end(of: .space, in: text, from: start)
        if style != .gpt2, let last = text[start..<end].lastIndex(where: isLineEnd) { return last + 1 }
        return end < text.count && end - start > 1 ? end - 1 : end
    }

    private func end(of kind: ScalarClass, in text: [Unicode.Scalar], from start: Int) -> Int {
        var end = start
        while end < text.count, ScalarClass(text[end]) == kind { end += 1 }
        return end
    }

    private func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\r" || scalar == "\n" }

    /// Lower case where the pattern does not tell cases apart; the long s is an s then.
    private func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard style != .gpt2 else { return scalar }
        if scalar == "\u{17F}" { return "s" }
        guard ("A"..."Z").contains(scalar) else { return scalar }
        return Unicode.Scalar(UInt8(scalar.value + 32))
    }
}
