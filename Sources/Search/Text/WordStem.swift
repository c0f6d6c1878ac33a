/// What the forms of an English word have in common: `schedule`, `scheduling` and `scheduler` are one word.
///
/// It need not be a word itself, but the same for all of them; it takes off endings as long as enough is left.
enum WordStem {
    /// Endings with what they become, those before others that they end in.
    private static let endings: [(ending: [UInt8], becomes: [UInt8])] = [
        ("ations", ""), ("ation", ""), ("ators", ""), ("ator", ""), ("ating", ""), ("ated", ""), ("ates", ""),
        ("ments", ""), ("ment", ""), ("nesses", ""), ("ness", ""), ("sses", "ss"), ("ings", ""), ("ing", ""),
        ("edly", ""), ("ally", "al"), ("ers", ""), ("ors", ""), ("er", ""), ("or", ""), ("ied", "i"), ("ies", "i"),
        ("ed", ""), ("ate", ""), ("es", ""), ("ss", "ss"), ("us", "us"), ("is", "is"), ("s", ""), ("ly", ""), ("e", ""),
        ("y", "i"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    /// - Parameter word: folded.
    static func of(_ word: [UInt8]) -> [UInt8] {
        guard word.count > 3, word.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
        for (ending, becomes) in endings where word.count >= ending.count && word.suffix(ending.count) == ending[...] {
            let rest = word.dropLast(ending.count)
            guard rest.count + becomes.count >= 3, rest.contains(where: isVowel) else { continue }
            return undoubled(Array(rest) + becomes, isWhole: ending == becomes)
        }
        return word
    }

    /// `running` leaves `runn`, which is `run`; and `e` goes whatever came after it.
    private static func undoubled(_ stem: [UInt8], isWhole: Bool) -> [UInt8] {
        guard !isWhole, stem.count > 3, let last = stem.last, stem[stem.count - 2] == last, !isVowel(last),
            !"lsz".utf8.contains(last)
        else { return stem }
        return stem.dropLast()
    }

    private static func isVowel(_ letter: UInt8) -> Bool { "aeiouy".utf8.contains(letter) }
}
