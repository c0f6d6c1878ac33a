/// The names of all repos as plain letters and digits, compared one by one with a query: some 10 ns each.
struct NameList {
    /// How a query is like a name.
    enum Likeness: Sendable { case whole, slip, part }

    /// A repo whose name is like the query.
    struct Match {
        let number: Int
        let likeness: Likeness
        /// 1 for the whole name; else the share of it that the query has right, 0…1.
        let similarity: Double
        fileprivate let stars: Int
    }

    private struct Entry {
        /// Owner and name run together.
        var key: NameArena.Place
        /// How much of it is the owner's.
        var owner: Int
        var letters: LetterSet
        var stars: Int
    }

    private var arena = NameArena()
    /// By the number of the repo; nil where there is none.
    private var entries: [Entry?] = []
    /// By the hash of the full name in lower case, for repos of which only that is known.
    private var numbers: [Int: Int32] = [:]

    /// Longest name that GitHub allows, owner included.
    private static let longestName = 140

    mutating func set(_ number: Int, fullName: String, stars: Int) {
        remove(number)
        while entries.count <= number { entries.append(nil) }
        let key = TextTokens.key(of: fullName)
        let name = TextTokens.key(of: RepoWords.name(of: fullName))
        entries[number] = Entry(
            key: arena.add(key),
            owner: key.utf8.count - name.utf8.count,
            letters: LetterSet(name.utf8),
            stars: stars
        )
        numbers[Self.hash(fullName)] = Int32(number)
        if arena.isWasteful { compact() }
    }

    mutating func remove(_ number: Int) {
        guard entries.indices.contains(number), let entry = entries[number] else { return }
        arena.remove(entry.key)
        entries[number] = nil
    }

    mutating func removeAll() { self = NameList() }

    /// The number that the name was last seen with.
    func number(of fullName: String) -> Int? { numbers[Self.hash(fullName)].map(Int.init) }

    /// Of the name alone.
    func key(of number: Int) -> ArraySlice<UInt8>? {
        guard entries.indices.contains(number), let entry = entries[number] else { return nil }
        return arena.name(at: entry.key).dropFirst(entry.owner)
    }

    private static func hash(_ fullName: String) -> Int { fullName.lowercased().hashValue }

    private mutating func compact() {
        var compacted = NameArena()
        for (number, entry) in entries.enumerated() {
            if let entry { entries[number]?.key = compacted.add(entry.key, of: arena) }
        }
        arena = compacted
    }

    /// Repos whose name is like `query`: the same, then with slips of the keyboard, then those that it is a part of; the
    /// most alike and best known first.
    func matches(_ query: String, limit: Int) -> [Match] {
        let key = Array(query.utf8)
        guard key.count >= 2, key.count <= Self.longestName else { return [] }
        let letters = LetterSet(key)
        let budget = EditDistance.budget(forLength: key.count)
        var found: [Match] = []
        arena.bytes.withUnsafeBufferPointer { bytes in
            for (number, entry) in entries.enumerated() {
                guard let entry else { continue }
                let whole = bytes.name(at: entry.key)
                let name = UnsafeBufferPointer(rebasing: whole[entry.owner...])
                if let (likeness, similarity) = Self.compare(key, letters, budget, name, entry.letters, whole) {
                    found.append(Match(number: number, likeness: likeness, similarity: similarity, stars: entry.stars))
                }
            }
        }
        func rank(_ match: Match) -> Double {
            let group = match.likeness == .whole ? 4.0 : match.likeness == .slip ? 2 : 0
            return group + match.similarity + 0.2 * Popularity.of(stars: match.stars)
        }
        let ranked = found.map { (match: $0, rank: rank($0)) }
        return ranked.sorted { ($0.rank, $1.match.number) > ($1.rank, $0.match.number) }.prefix(limit).map(\.match)
    }

    private static func compare(
        _ query: [UInt8],
        _ letters: LetterSet,
        _ budget: Int,
        _ name: UnsafeBufferPointer<UInt8>,
        _ nameLetters: LetterSet,
        _ whole: UnsafeBufferPointer<UInt8>
    ) -> (Likeness, Double)? {
        if name.elementsEqual(query) || whole.elementsEqual(query) { return (.whole, 1) }
        if letters.isSubset(of: nameLetters), name.count > query.count {
            let share = Double(query.count) / Double(name.count)
            if name.starts(with: query) || query.count >= 3 && contains(name, query) { return (.part, share) }
        }
        guard budget > 0, abs(name.count - query.count) <= budget, letters.mayBe(budget, from: nameLetters),
            let distance = EditDistance.between(name, query, limit: budget)
        else { return nil }
        return (.slip, 1 - Double(distance) / Double(query.count))
    }

    private static func contains(_ name: UnsafeBufferPointer<UInt8>, _ part: [UInt8]) -> Bool {
        for start in 0...(name.count - part.count) where name[start] == part[0] {
            if name[start..<start + part.count].elementsEqual(part) { return true }
        }
        return false
    }
}
