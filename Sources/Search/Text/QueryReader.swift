#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes out what a query looks for.
struct QueryReader {
    let table: WordTable
    /// Words that occur and may have been meant by one that does not.
    let meant: (_ word: String) -> [String]

    private let glossary = Glossary.standard
    private var terms = QueryTerms()
    private var seen: Set<WordHash> = []
    private var knownWords = 0

    init(_ table: WordTable, meant: @escaping (_ word: String) -> [String]) {
        self.table = table
        self.meant = meant
    }

    mutating func read(_ query: String) -> QueryTerms {
        let scalars = query.unicodeScalars.prefix(TextTokens.longestQuery)
        let pieces = TextTokens.pieces(Glossary.withoutElisions(scalars)).prefix(TextTokens.mostWords)
        // Runs of letters break phrases, and stand among the words as empty ones.
        let words = pieces.map { piece in
            if case .word(let word) = piece { TextTokens.string(word) } else { "" }
        }
        let saying = words.indices.filter { !Self.stopWords.contains(words[$0]) && !glossary.isFiller(words[$0]) }
        let meanings = Dictionary(
            uniqueKeysWithValues: zip(saying, glossary.meanings(ofWords: saying.map { words[$0] }))
        )
        terms.compares = words.contains { Self.comparisons.contains($0) }
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .word(let word):
                terms.length += 1
                guard let meaning = meanings[index] else { continue }
                take(words[index], TextTokens.stem(word), meaning, isLast: index == pieces.count - 1)
            case .run(let letters):
                terms.length += (letters.count + 1) / 2
                take(letters)
            }
        }
        joinNeighbours(words)
        terms.key = TextTokens.key(of: TextTokens.string(scalars))
        terms.foreign = Self.shareOfForeign(scalars)
        terms.known = terms.terms.isEmpty ? 0 : Double(knownWords) / Double(terms.terms.count)
        return terms
    }

    private mutating func take(_ whole: String, _ stem: String, _ meaning: [String], isLast: Bool) {
        var alternatives = [stem] + Self.stems(meaning)
        if let alias = Self.aliases[whole] { alternatives.append(alias) }
        let occurs = alternatives.contains { table.repos(with: WordHash($0)) > 0 }
        if occurs { knownWords += 1 } else { alternatives += meant(whole) }
        for alternative in alternatives where table.isLanguage(WordHash(alternative)) {
            terms.languages.insert(WordHash(alternative))
        }
        add(alternatives)
        // What is typed last may be half a word; and one that does not occur may be the beginning of one that does.
        if !occurs || isLast, whole.unicodeScalars.count >= 3 { terms.lookups.append(.beginning(whole)) }
    }

    /// Letters of a script without spaces: each pair, and all pairs together.
    private mutating func take(_ letters: [[Unicode.Scalar]]) {
        guard letters.count > 1 else {
            terms.lookups.append(.beginning(TextTokens.string(letters[0])))
            return add([TextTokens.string(letters[0])])
        }
        let pairs = TextTokens.pairs(letters)
        for (pair, meaning) in zip(pairs, glossary.meanings(ofLetters: letters)) {
            let alternatives = [pair] + Self.stems(meaning)
            if alternatives.contains(where: { table.repos(with: WordHash($0)) > 0 }) { knownWords += 1 }
            add(alternatives)
        }
        if pairs.count > 1 { terms.lookups.append(.all(pairs.map { WordHash($0) })) }
    }

    private static func stems(_ words: [String]) -> [String] { words.map { TextTokens.stem(Array($0.unicodeScalars)) } }

    private mutating func add(_ alternatives: [String]) {
        let hashes = alternatives.map { WordHash($0) }
        guard seen.insert(hashes[0]).inserted else { return }
        let repos = hashes.map { table.repos(with: $0) }.max() ?? 0
        // A word that no repo has says nothing about which of them is meant.
        let weight = repos > 0 ? log(1 + Double(table.count) / Double(repos)) : 1
        if alternatives.contains(where: RepoWords.lists.contains) { terms.asksForList = true }
        let spelling = alternatives[0].utf8.count >= 3 ? Array(alternatives[0].utf8) : []
        terms.terms.append(QueryTerms.Term(alternatives: hashes, spelling: spelling, weight: weight))
        terms.lookups += hashes.map { .word($0) }
    }

    /// `neo vim` may be `neovim`, `type script` a language.
    private mutating func joinNeighbours(_ words: [String]) {
        for (left, right) in zip(words, words.dropFirst()) where !left.isEmpty && !right.isEmpty {
            let joined = TextTokens.stem(Array((left + right).unicodeScalars))
            let hash = WordHash(joined)
            if table.isLanguage(hash) { terms.languages.insert(hash) }
            if table.repos(with: hash) > 0, seen.insert(hash).inserted { terms.lookups.append(.word(hash)) }
        }
    }

    private static func shareOfForeign(_ query: some Sequence<Unicode.Scalar>) -> Double {
        let letters = query.filter(\.properties.isAlphabetic)
        return letters.isEmpty ? 0 : Double(letters.count { !$0.isASCII }) / Double(letters.count)
    }

    /// What people call languages.
    private static let aliases = [
        "golang": "go", "js": "javascript", "ts": "typescript", "py": "python", "objc": "objectivec", "k8s": "kubernet",
        "viml": "vimscript",
    ]

    /// With one of them a query names what it does not look for: `slack alternative`.
    private static let comparisons: Set<String> = [
        "alternative", "alternatives", "better", "but", "clone", "fork", "instead", "like", "replacement", "similar",
        "successor", "than", "unlike", "versus", "vs",
    ]

    private static let stopWords: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "how", "i", "in", "instead", "into",
        "is", "it", "like", "make", "me", "my", "of", "on", "or", "our", "that", "the", "this", "to", "use", "using",
        "when", "with", "without", "you", "your",
    ]
}
