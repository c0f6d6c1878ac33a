#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which repos have which words, and how much each is about a word: an inverted index with BM25 over weighted fields
/// (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, §3). Words are compared as they are given.
struct WordIndex {
    /// What is looked for; each counts for itself.
    enum Lookup: Hashable, Sendable {
        case word(WordHash)
        /// All words that begin so.
        case beginning(String)
        /// Repos that have all of these: letters that follow one another, in pairs.
        case all([WordHash])
    }

    private struct Posting {
        let number: Int32
        /// How often the repo has the word, by the weights of the fields.
        let frequency: Float
    }

    /// What an occurrence in each field counts.
    private static let weights = (name: Float(4), owner: Float(2), text: Float(1))
    /// BM25's k₁ and b.
    private static let saturation = 1.2
    private static let lengthShare = 0.75

    private var postings: [WordHash: [Posting]] = [:]
    /// Every word that some repo has or had, by its first three bytes.
    private var words: [UInt32: [String]] = [:]
    /// How many words each repo has, by its number.
    private var lengths: [Int32] = []
    private var totalLength = 0
    private var count = 0

    /// How many repos have the word.
    func repos(with word: WordHash) -> Int { postings[word]?.count ?? 0 }

    /// Adds a repo that is not there.
    mutating func add(_ number: Int, _ repo: RepoWords) {
        var frequencies: [WordHash: Float] = [:]
        for (field, weight) in [
            (repo.name, Self.weights.name), (repo.owner, Self.weights.owner), (repo.text, Self.weights.text),
        ] {
            for word in field {
                let hash = WordHash(word)
                if frequencies.updateValue(frequencies[hash, default: 0] + weight, forKey: hash) == nil {
                    list(word, hash)
                }
            }
        }
        for (hash, frequency) in frequencies {
            postings[hash, default: []].append(Posting(number: Int32(number), frequency: frequency))
        }
        let length = repo.name.count + repo.owner.count + repo.text.count
        while lengths.count <= number { lengths.append(0) }
        lengths[number] = Int32(length)
        totalLength += length
        count += 1
    }

    private mutating func list(_ word: String, _ hash: WordHash) {
        guard postings[hash] == nil else { return }
        postings[hash] = []
        words[Self.key(word.utf8), default: []].append(word)
    }

    /// - Parameter words: all that the repo has, each at least once.
    mutating func remove(_ number: Int, _ words: Set<WordHash>) {
        for word in words { postings[word]?.removeAll { $0.number == number } }
        totalLength -= Int(lengths[number])
        lengths[number] = 0
        count -= 1
    }

    /// Calls `body` with each word that repos have, and how many have it.
    func forEachWord(_ body: (_ word: String, _ repos: Int) -> Void) {
        for word in words.values.joined() {
            let repos = repos(with: WordHash(word))
            if repos > 0 { body(word, repos) }
        }
    }

    /// How much each repo is about what is looked for, by its number; 0 for one that has nothing of it.
    func relevances(of lookups: [Lookup]) -> [Double] {
        var relevances = [Double](repeating: 0, count: lengths.count)
        let mean = max(1, Double(totalLength) / Double(max(1, count)))
        for lookup in lookups {
            let found = postings(of: lookup)
            let rarity = log((Double(count - found.count) + 0.5) / (Double(found.count) + 0.5))
            // A word that more than half of them have still tells those from the others.
            let weight = max(rarity, 1e-6) * (Self.saturation + 1)
            for posting in found {
                let number = Int(posting.number)
                let length = 1 - Self.lengthShare + Self.lengthShare * Double(lengths[number]) / mean
                let frequency = Double(posting.frequency)
                relevances[number] += weight * frequency / (frequency + Self.saturation * length)
            }
        }
        return relevances
    }

    private func postings(of lookup: Lookup) -> [Posting] {
        switch lookup {
        case .word(let word): return postings[word] ?? []
        case .beginning(let beginning):
            return Self.joined(words(beginningWith: beginning).map { postings[WordHash($0)] ?? [] }) { $0 + $1 }
        case .all(let words):
            let lists = words.map { postings[$0] ?? [] }
            guard let shortest = lists.min(by: { $0.count < $1.count }) else { return [] }
            let wanted = Set(shortest.map(\.number))
            var counts: [Int32: Int] = [:]
            for posting in lists.joined() where wanted.contains(posting.number) {
                counts[posting.number, default: 0] += 1
            }
            return Self.joined(lists, min).filter { counts[$0.number] == lists.count }
        }
    }

    private static func joined(_ lists: [[Posting]], _ join: (Float, Float) -> Float) -> [Posting] {
        if lists.count == 1 { return lists[0] }
        let frequencies = Dictionary(lists.joined().map { ($0.number, $0.frequency) }, uniquingKeysWith: join)
        return frequencies.map { Posting(number: $0, frequency: $1) }
    }

    private func words(beginningWith beginning: String) -> [String] {
        let isShort = beginning.utf8.count < 3
        let candidates = isShort ? words.values.flatMap { $0 } : words[Self.key(beginning.utf8)] ?? []
        return candidates.filter { $0.utf8.starts(with: beginning.utf8) }
    }

    private static func key(_ word: String.UTF8View) -> UInt32 { word.prefix(3).reduce(0) { $0 << 8 | UInt32($1) } }
}
