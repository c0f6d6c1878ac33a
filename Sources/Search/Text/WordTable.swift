/// The words of every repo in memory: which repos have a word, and what the ranking asks of each candidate.
struct WordTable {
    /// The words of one repo, each once.
    struct Entry {
        fileprivate(set) var words: [WordHash]
        fileprivate let names: Int
        fileprivate let owners: Int
        let language: WordHash?
        /// Whether it is a list, a course and the like.
        let isList: Bool

        var name: ArraySlice<WordHash> { words[..<names] }
        var owner: ArraySlice<WordHash> { words[names..<names + owners] }
        var text: ArraySlice<WordHash> { words[(names + owners)...] }

        init(_ words: RepoWords) {
            let name = Self.distinct(words.name)
            let owner = Self.distinct(words.owner)
            self.words = name + owner + Self.distinct(words.text)
            names = name.count
            owners = owner.count
            isList = (words.name + words.text).contains { RepoWords.lists.contains($0) }
            language = words.language.isEmpty ? nil : WordHash(words.language)
        }

        private static func distinct(_ words: [String]) -> [WordHash] {
            var seen: Set<WordHash> = []
            return words.map { WordHash($0) }.filter { seen.insert($0).inserted }
        }
    }

    /// By the number of the repo.
    private var entries: [Entry?] = []
    private(set) var index = WordIndex()
    private var languages: [WordHash: Int32] = [:]
    private(set) var count = 0

    subscript(number: Int) -> Entry? { entries.indices.contains(number) ? entries[number] : nil }

    mutating func set(_ number: Int, _ words: RepoWords) {
        remove(number)
        while entries.count <= number { entries.append(nil) }
        let entry = Entry(words)
        entries[number] = entry
        count += 1
        index.add(number, words)
        if let language = entry.language { languages[language, default: 0] += 1 }
    }

    mutating func remove(_ number: Int) {
        guard let entry = self[number] else { return }
        entries[number] = nil
        count -= 1
        index.remove(number, Set(entry.words))
        guard let language = entry.language, let repos = languages[language] else { return }
        languages[language] = repos > 1 ? repos - 1 : nil
    }

    /// How many repos have the word.
    func repos(with word: WordHash) -> Int { index.repos(with: word) }

    func isLanguage(_ word: WordHash) -> Bool { languages[word] != nil }
}
