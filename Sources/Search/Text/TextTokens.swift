/// How repos and queries are cut into the words that they are found by.
enum TextTokens {
    /// Longest text of a repo that is indexed, and longest query, in Unicode scalars.
    static let longestText = 2000
    static let longestQuery = 500
    /// Most words of a query.
    static let mostWords = 32

    /// A piece of text between spaces and punctuation, folded.
    enum Piece: Equatable {
        case word([Unicode.Scalar])
        /// Of a script that puts no spaces between words: its letters, each with the marks that belong to it.
        case run([[Unicode.Scalar]])
    }

    /// What a description is found by: stems of words, and pairs of letters where there are no spaces.
    static func text(_ text: String) -> [String] {
        pieces(text.unicodeScalars.prefix(longestText)).flatMap { piece -> [String] in
            switch piece {
            case .word(let word): [stem(word)]
            // The last letter for itself, so that each begins a token: one letter is looked for by what begins with it.
            case .run(let letters): pairs(letters) + [string(letters[letters.count - 1])]
            }
        }
    }

    /// What a name is found by: each part, the parts of parts (`Real-ESRGAN` by `esrgan`, `HTMLParser2` by `parser`),
    /// and all of it run together.
    static func name(_ name: String) -> [String] {
        let parts = name.unicodeScalars.prefix(longestText).split { !isLetterOrNumber($0) && !$0.properties.isMark }
        var tokens = parts.flatMap { part -> [String] in
            let pieces = subparts(part)
            return (pieces.count > 1 ? [part] + pieces : pieces).flatMap { text(String($0)) }
        }
        if parts.count > 1 { tokens.append(key(of: name)) }
        var seen: Set<String> = []
        return tokens.filter { seen.insert($0).inserted }
    }

    /// Letters and digits alone, folded.
    static func key(of text: some StringProtocol) -> String {
        string(
            TextFolding.standard.folded(text.unicodeScalars.prefix(longestText))
                .filter { isLetterOrNumber($0) || $0.properties.isMark }
        )
    }

    static func stem(_ word: [Unicode.Scalar]) -> String {
        guard word.allSatisfy(\.isASCII) else { return string(word) }
        return String(decoding: WordStem.of(word.map { UInt8($0.value) }), as: UTF8.self)
    }

    /// Each letter with the next; a letter that is alone, alone.
    static func pairs(_ letters: [[Unicode.Scalar]]) -> [String] {
        zip(letters, letters.dropFirst()).map { string($0 + $1) }
    }

    static func pieces(_ text: some Sequence<Unicode.Scalar>) -> [Piece] {
        var cutter = PieceCutter()
        for scalar in TextFolding.standard.folded(text) { cutter.take(scalar) }
        return cutter.finish()
    }

    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var string = String.UnicodeScalarView()
        string.append(contentsOf: scalars)
        return String(string)
    }

    static func isLetterOrNumber(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x30...0x39).contains(scalar.value) || (0x61...0x7A).contains(scalar.value | 0x20) }
        return scalar.properties.isAlphabetic && !scalar.properties.isMark || scalar.properties.numericType != nil
    }

    /// Cut where lower case turns into upper, letters into digits, and before the last of several capitals that a small
    /// letter follows.
    private static func subparts(_ part: Substring.UnicodeScalarView) -> [Substring.UnicodeScalarView] {
        var cuts: [Substring.UnicodeScalarView] = []
        var start = part.startIndex
        var index = start
        while index < part.endIndex {
            let next = part.index(after: index)
            guard next < part.endIndex else { break }
            let (left, right) = (part[index].properties, part[next].properties)
            let after = part.index(after: next)
            let isHump =
                left.isUppercase && right.isUppercase && after < part.endIndex && part[after].properties.isLowercase
            if left.isLowercase && right.isUppercase || isHump
                || (left.numericType == .decimal) != (right.numericType == .decimal)
            {
                cuts.append(part[start..<next])
                start = next
            }
            index = next
        }
        return cuts + [part[start...]]
    }
}

extension Unicode.Scalar.Properties {
    /// Whether it belongs to the letter before it.
    var isMark: Bool {
        switch generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
