/// The names of all repos as plain letters and digits, compared one by one with a query: some 10 ns each.
struct NameList {
    private struct Entry {
        /// The name, and where the owner's part before it ends.
        var key: String
        var fullKey: String
        var letters: UInt64
        var stars: Int
    }

    /// By the number of the repo; nil where there is none.
    private var entries: [Entry?] = []

    mutating func set(_ number: Int, fullName: String, stars: Int) {
        while entries.count <= number { entries.append(nil) }
        let name = fullName.split(separator: "/", maxSplits: 1).last.map(String.init) ?? fullName
        let key = Self.key(of: name)
        entries[number] = Entry(key: key, fullKey: Self.key(of: fullName), letters: Self.letters(of: key), stars: stars)
    }

    mutating func remove(_ number: Int) {
        if number < entries.count { entries[number] = nil }
    }

    mutating func removeAll() { entries = [] }

    /// Repos whose name is `query` or nearly so, nearest first, then by stars.
    func matches(_ query: String, limit: Int) -> [(number: Int, similarity: Double)] {
        let key = Self.key(of: query)
        let length = key.utf8.count
        guard length >= 2, length <= Self.longestName else { return [] }
        let budget = EditDistance.budget(forLength: length)
        let letters = Self.letters(of: key)
        let bytes = Array(key.utf8)
        var found: [(number: Int, similarity: Double, stars: Int)] = []
        for (number, entry) in entries.enumerated() {
            guard let entry else { continue }
            if entry.key == key || entry.fullKey == key {
                found.append((number, 1, entry.stars))
                continue
            }
            // Each slip changes at most two letters of the set.
            guard budget > 0, abs(entry.key.utf8.count - length) <= budget,
                (entry.letters ^ letters).nonzeroBitCount <= 2 * budget,
                let distance = EditDistance.between(Array(entry.key.utf8), bytes, limit: budget)
            else { continue }
            found.append((number, 1 - Double(distance) / Double(length), entry.stars))
        }
        found.sort { ($0.similarity, $0.stars, $1.number) > ($1.similarity, $1.stars, $0.number) }
        return found.prefix(limit).map { ($0.number, $0.similarity) }
    }

    /// Longest name that GitHub allows, owner included.
    private static let longestName = 140

    /// Letters and digits of ASCII, in lower case.
    static func key(of text: some StringProtocol) -> String {
        String(
            decoding: text.utf8.compactMap { byte -> UInt8? in
                switch byte {
                case 0x30...0x39, 0x61...0x7A: byte
                case 0x41...0x5A: byte | 0x20
                default: nil
                }
            },
            as: UTF8.self
        )
    }

    private static func letters(of key: String) -> UInt64 {
        key.utf8.reduce(into: 0) { set, byte in set |= 1 << UInt64(byte >= 0x61 ? byte - 0x61 : byte - 0x30 + 26) }
    }
}
