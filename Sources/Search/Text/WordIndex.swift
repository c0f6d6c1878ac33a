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

    /// Of each word, by the numbers of the repos.
    private var postings: [WordHash: [Posting]] = [:]
    /// The words of `postings` by their first three bytes.
    private var words: [UInt32: [String]] = [:]
    /// How many words no repo has any more.
    private var vacant = 0
    /// How many words each repo has, by its number.
    private var lengths: [Int32] = []
    private var totalLength = 0
    private var count = 0

    /// How many words are kept, those that no repo has any more among them.
    var wordCount: Int { postings.count }

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
        for (hash, frequency) in frequencies { insert(Posting(number: Int32(number), frequency: frequency), hash) }
        let length = repo.name.count + repo.owner.count + repo.text.count
        while lengths.count <= number { lengths.append(0) }
        lengths[number] = Int32(length)
        totalLength += length
        count += 1
    }

    private mutating func list(_ word: String, _ hash: WordHash) {
        guard postings[hash] == nil else { return }
        postings[hash] = []
        vacant += 1
        words[Self.key(word.utf8), default: []].append(word)
    }

    private mutating func insert(_ posting: Posting, _ word: WordHash) {
        if postings[word]?.isEmpty ?? true { vacant -= 1 }
        let place = Self.place(of: posting.number, in: postings[word] ?? [])
        postings[word, default: []].insert(posting, at: place)
    }

    /// Where the posting of that number is, or would be.
    private static func place(of number: Int32, in list: [Posting]) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// - Parameter words: all that the repo has, each at least once.
    mutating func remove(_ number: Int, _ words: Set<WordHash>) {
        for word in words { remove(Int32(number), word) }
        if vacant > max(1000, postings.count / 2) { forgetVacant() }
        totalLength -= Int(lengths[number])
        lengths[number] = 0
        count -= 1
    }

    private mutating func remove(_ number: Int32, _ word: WordHash) {
        guard let place = find(number, word) else { return }
        postings[word]?.remove(at: place)
        if postings[word]?.isEmpty ?? false { vacant += 1 }
    }

    private func find(_ number: Int32, _ word: WordHash) -> Int? {
        guard let list = postings[word] else { return nil }
        let place = Self.place(of: number, in: list)
        return place < list.count && list[place].number == number ? place : nil
    }

    private mutating func forgetVacant() {
        postings = postings.filter { !$1.isEmpty }
        words = words.mapValues { $0.filter { postings[WordHash($0)] != nil } }.filter { !$1.isEmpty }
        vacant = 0
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
            let lists = words(beginningWith: beginning).map { postings[WordHash($0)] ?? [] }
            if lists.count == 1 { return lists[0] }
            let frequencies = Dictionary(lists.joined().map { ($0.number, $0.frequency) }, uniquingKeysWith: +)
            return frequencies.map { Posting(number: $0, frequency: $1) }
        case .all(let words):
            let words = Set(words).sorted { repos(with: $0) < repos(with: $1) }
            guard let rarest = words.first else { return [] }
            return (postings[rarest] ?? []).compactMap { posting in
                var least = posting.frequency
                for word in words.dropFirst() {
                    guard let place = find(posting.number, word), let frequency = postings[word]?[place].frequency
                    else { return nil }
                    least = min(least, frequency)
                }
                return Posting(number: posting.number, frequency: least)
            }
        }
    }

    private func words(beginningWith beginning: String) -> [String] {
        let isShort = beginning.utf8.count < 3
        let candidates = isShort ? words.values.flatMap { $0 } : words[Self.key(beginning.utf8)] ?? []
        return candidates.filter { $0.utf8.starts(with: beginning.utf8) }
    }

    private static func key(_ word: String.UTF8View) -> UInt32 { word.prefix(3).reduce(0) { $0 << 8 | UInt32($1) } }
}
