/// What words of other languages are in English, which most repos are described in, and the models know best.
struct Glossary: Sendable {
    static let standard = Glossary(GlossaryTable.entries)

    /// By words with single spaces between them, or by the letters of a script that has none; folded.
    private var english: [String: [String]] = [:]
    private var fillers: Set<String> = []

    /// Most words of an entry, most letters of one without spaces, less one, and of a word.
    private static let longestPhrase = 4
    private static let longestRun = 9
    private static let longestWord = 24
    /// Letters of a part of a compound at least, and letters between two parts at most.
    private static let shortestPart = 4
    private static let longestJoint = 2

    /// - Parameter table: as `GlossaryTable` describes it.
    init(_ table: String) {
        for entry in table.split(separator: ";") {
            let halves = entry.split(separator: ":", maxSplits: 1)
            guard halves.count == 2 else { continue }
            let words = halves[0].split(whereSeparator: \.isWhitespace).map(String.init)
            for variant in halves[1].split(separator: ",") {
                let key = key(of: TextTokens.pieces(Self.withoutElisions(variant.unicodeScalars)))
                if words == ["-"] { fillers.insert(key) } else if english[key] == nil { english[key] = words }
            }
        }
    }

    /// Whether a word says nothing about what is looked for.
    func isFiller(_ word: String) -> Bool { fillers.contains(word) }

    /// Words that follow each other, each in English; none for those that are not known.
    func meanings(ofWords words: [String]) -> [[String]] {
        meanings(count: words.count, most: Self.longestPhrase) { range in
            let phrase = words[range].joined(separator: " ")
            return english[phrase] ?? (range.count == 1 ? parts(of: Array(phrase.unicodeScalars)) : nil)
        }
    }

    /// Letters of a script without spaces: each pair of neighbours in English.
    func meanings(ofLetters letters: [[Unicode.Scalar]]) -> [[String]] {
        meanings(count: letters.count - 1, most: Self.longestRun) { pairs in
            english[TextTokens.string(letters[pairs.lowerBound...pairs.upperBound].joined())]
        }
    }

    /// The English of a text, what is not known of it as it is; nil when nothing of it is.
    func english(of text: some Sequence<Unicode.Scalar>) -> String? {
        var english: [String] = []
        var words: [String] = []
        var isKnown = false
        func endWords() {
            for (word, meaning) in zip(words, meanings(ofWords: words)) {
                isKnown = isKnown || !meaning.isEmpty
                for word in meaning.isEmpty ? [word] : meaning where english.last != word { english.append(word) }
            }
            words = []
        }
        for piece in TextTokens.pieces(Self.withoutElisions(text)) {
            switch piece {
            case .word(let word):
                let word = TextTokens.string(word)
                if !isFiller(word) { words.append(word) }
            case .run(let letters):
                endWords()
                let meanings = meanings(ofLetters: letters).joined()
                isKnown = isKnown || !meanings.isEmpty
                for word in meanings.isEmpty ? [TextTokens.string(letters.joined())] : Array(meanings)
                where english.last != word { english.append(word) }
            }
        }
        endWords()
        return isKnown ? english.joined(separator: " ") : nil
    }

    /// `d'exploitation` is `exploitation`.
    static func withoutElisions(_ text: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
        var kept: [Unicode.Scalar] = []
        var start = 0
        for scalar in text {
            if scalar == "'" || scalar == "\u{2019}", elisions.contains(TextTokens.string(kept[start...]).lowercased())
            {
                kept.removeSubrange(start...)
                continue
            }
            kept.append(scalar)
            if !TextTokens.isLetterOrNumber(scalar) { start = kept.count }
        }
        return kept
    }

    private static let elisions: Set<String> = ["d", "l", "n", "s", "c", "j", "m", "t", "qu", "dell", "all", "un"]

    private func key(of pieces: [TextTokens.Piece]) -> String {
        let words = pieces.map { piece in
            switch piece {
            case .word(let word): TextTokens.string(word)
            case .run(let letters): TextTokens.string(letters.joined())
            }
        }
        return (words.count > 1 ? words.filter { !isFiller($0) } : words).joined(separator: " ")
    }

    /// The meanings of neighbours, as many of them at once as there is an entry for.
    private func meanings(count: Int, most: Int, of entry: (Range<Int>) -> [String]?) -> [[String]] {
        var meanings = [[String]](repeating: [], count: max(0, count))
        var start = 0
        while start < count {
            var end = min(start + most, count)
            var words = entry(start..<end)
            while words == nil, end > start + 1 {
                end -= 1
                words = entry(start..<end)
            }
            if let words {
                // Each gets a word, and each word is given to one.
                let steps = max(end - start, words.count)
                for step in 0..<steps {
                    meanings[start + step * (end - start) / steps].append(words[step * words.count / steps])
                }
            }
            start = end
        }
        return meanings
    }

    /// The parts of a compound (`Passwortverwaltung`); nil when it is none, or one of them is not known.
    private func parts(of word: [Unicode.Scalar]) -> [String]? {
        var parts: [[String]] = []
        var start = 0
        while start < word.count {
            guard let (words, end) = part(of: word, from: parts.isEmpty ? 0...0 : start...start + Self.longestJoint)
            else { return nil }
            parts.append(words)
            start = end
        }
        return parts.count > 1 ? parts.flatMap(\.self) : nil
    }

    /// The longest entry that begins at the first of `starts` that one begins at, and where it ends.
    private func part(of word: [Unicode.Scalar], from starts: ClosedRange<Int>) -> (words: [String], end: Int)? {
        for start in starts {
            let longest = min(word.count, start + Self.longestWord)
            for end in stride(from: longest, through: start + Self.shortestPart, by: -1) {
                if let words = english[TextTokens.string(word[start..<end])] { return (words, end) }
            }
        }
        return nil
    }
}
