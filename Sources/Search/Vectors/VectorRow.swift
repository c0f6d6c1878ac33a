import EmbeddingCore

/// What is known of a row besides its vector. Names that are only compared with a filter's are kept as hashes of 64
/// bits: that any two of a million are taken for one has a likelihood of 3 · 10⁻⁸.
struct VectorRow {
    let number: Int32
    let stars: Int32
    var name: NameArena.Place
    let isPrivate: Bool
    let language: Int
    let owner: Int

    init(_ number: Int, _ repo: Repo, _ name: NameArena.Place) {
        self.number = Int32(number)
        stars = Int32(clamping: repo.stars)
        self.name = name
        isPrivate = repo.isPrivate
        language = Self.hash(repo.language ?? "")
        owner = Self.hash(repo.owner)
    }

    /// Of the name in lower case.
    static func hash(_ name: String) -> Int { name.lowercased().hashValue }
}

/// A filter in terms of rows, the smallest score aside.
struct RowTest: Sendable {
    private let includesPrivate: Bool
    private let language, owner, excludedOwner: Int?
    private let excludedName: [UInt8]?
    private let minStars: Int
    let minScore: Float

    init(_ filter: SearchFilter) {
        includesPrivate = filter.includesPrivate
        language = filter.language.map(VectorRow.hash)
        owner = filter.owner.map(VectorRow.hash)
        excludedOwner = filter.excludeOwner.map(VectorRow.hash)
        excludedName = filter.excludeName.map { Array($0.lowercased().utf8) }
        minStars = filter.minStars ?? .min
        minScore = filter.minScore.map { Float($0) } ?? -.infinity
    }

    @inline(__always)
    func passes(_ row: VectorRow, _ names: UnsafeBufferPointer<UInt8>) -> Bool {
        if Int(row.stars) < minStars || row.isPrivate && !includesPrivate { return false }
        if let language, row.language != language { return false }
        if let owner, row.owner != owner { return false }
        if let excludedOwner, row.owner == excludedOwner { return false }
        guard let excludedName, excludedName.count == row.name.length else { return true }
        return !names.name(at: row.name).elementsEqual(excludedName, by: Self.areAlike)
    }

    /// Whether a byte of a name is the one in lower case; names of repos are ASCII.
    private static func areAlike(_ byte: UInt8, _ lower: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) ? byte | 0x20 == lower : byte == lower
    }
}
