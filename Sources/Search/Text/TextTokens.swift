/// How repos and queries are cut into words for the index. SQLite's tokenizer does the rest: case, accents, stems.
enum TextTokens {
    /// Longest text of a repo that is indexed, and longest query, in characters.
    static let longestText = 2000
    static let longestQuery = 500
    /// Most words of a query.
    static let mostWords = 32

    /// A name whole, cut at case changes and punctuation, and run together: `Real-ESRGAN` is found by each.
    static func name(_ name: String) -> String {
        var parts = ""
        var previous: Character = " "
        for character in name {
            if previous.isLowercase || previous.isNumber, character.isUppercase { parts.append(" ") }
            parts.append(character.isLetter || character.isNumber ? character : " ")
            previous = character
        }
        return "\(name) \(parts) \(NameList.key(of: name))"
    }

    /// A description with the scripts that have no spaces between words cut into pairs of characters.
    static func text(_ text: String) -> String {
        let text = text.prefix(longestText)
        guard text.unicodeScalars.contains(where: isIdeographic) else { return String(text) }
        let plain = String(text.unicodeScalars.map { isIdeographic($0) ? " " : Character($0) })
        return ([plain] + pairs(text)).joined(separator: " ")
    }

    /// Words of a query in Latin letters, digits and the signs that occur in names; without those that say nothing.
    static func words(_ query: String) -> [String] {
        let words = query.prefix(longestQuery).lowercased().split { character in
            !(character.isASCII && (character.isLetter || character.isNumber || "+#.-_".contains(character)))
        }
        return words.map(String.init).filter { !NameList.key(of: $0).isEmpty && !stopWords.contains($0) }
    }

    /// Words of a query in other alphabets.
    static func foreignWords(_ query: String) -> [String] {
        query.prefix(longestQuery).lowercased()
            .split { !$0.isLetter || $0.unicodeScalars.contains(where: isIdeographic) }
            .map(String.init).filter { !$0.utf8.allSatisfy { $0 < 0x80 } }
    }

    /// Overlapping pairs of each run of ideographs.
    static func pairs(_ text: some StringProtocol) -> [String] {
        text.unicodeScalars.split { !isIdeographic($0) }.flatMap { run -> [String] in
            let scalars = Array(run)
            guard scalars.count > 1 else { return scalars.map { String(Character($0)) } }
            return zip(scalars, scalars.dropFirst()).map { String(Character($0)) + String(Character($1)) }
        }
    }

    /// The share of letters that are ASCII: a model trained on English makes little of the others.
    static func shareOfASCII(_ query: String) -> Double {
        let letters = query.prefix(longestQuery).filter(\.isLetter)
        guard !letters.isEmpty else { return 1 }
        return Double(letters.count(where: \.isASCII)) / Double(letters.count)
    }

    /// Kana, Han, Hangul.
    private static func isIdeographic(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3040...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7AF: true
        default: false
        }
    }

    private static let stopWords: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "how", "i", "in", "instead", "into",
        "is",
        "it", "like", "make", "me", "my", "of", "on", "or", "our", "that", "the", "this", "to", "use", "using", "when",
        "with", "without", "you", "your",
    ]
}
