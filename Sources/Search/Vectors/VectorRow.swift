import DateTime
import EmbeddingCore

/// What is known of a row besides its vector. Names that are only compared with a filter's are kept as hashes of 64
/// bits: that any two of a million are taken for one has a likelihood of 3 · 10⁻⁸.
struct VectorRow {
    let number: Int32
    let stars: Int32
    var name: NameArena.Place
    /// Hashes end to end.
    var topics: NameArena.Place
    let flags: Flags
    let updatedAt: Timestamp
    let language: Int
    let owner: Int
    let fullName: Int

    init(_ number: Int, _ repo: Repo, _ name: NameArena.Place, topics: NameArena.Place) {
        self.number = Int32(number)
        stars = Int32(clamping: repo.stars)
        self.name = name
        self.topics = topics
        flags = FilterCondition.Flag.allCases.reduce(into: []) { if repo.flag($1) { $0.insert(Flags($1)) } }
        updatedAt = repo.updatedAt ?? .distantPast
        language = repo.values(of: .language).first?.hashValue ?? 0
        owner = repo.owner.lowercased().hashValue
        fullName = repo.fullName.lowercased().hashValue
    }
}

extension VectorRow {
    struct Flags: OptionSet {
        let rawValue: UInt8

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ flag: FilterCondition.Flag) {
            switch flag {
            case .isPrivate: self.init(rawValue: 1)
            case .isArchived: self.init(rawValue: 2)
            case .isFork: self.init(rawValue: 4)
            }
        }
    }
}

extension Timestamp {
    /// Before all that are said of anything.
    fileprivate static let distantPast = Timestamp(seconds: .min)
}

/// A filter in terms of rows, the smallest similarity included.
struct RowTest: Sendable {
    private enum Condition: Sendable {
        case isFlag(VectorRow.Flags, Bool)
        case isUpdated(since: Timestamp)
        case hasStars(Int)
        case isAny(FilterCondition.Field, [Int])
        case isNone(FilterCondition.Field, [Int])

        init(_ condition: FilterCondition) {
            switch condition {
            case .isFlag(let flag, let wanted): self = .isFlag(VectorRow.Flags(flag), wanted)
            case .isUpdated(let time): self = .isUpdated(since: time)
            case .hasStars(let least): self = .hasStars(least)
            case .isAny(let field, let values): self = .isAny(field, values.map(\.hashValue))
            case .isNone(let field, let values): self = .isNone(field, values.map(\.hashValue))
            }
        }
    }

    private let conditions: [Condition]
    let minScore: Float

    init(_ filter: SearchFilter) {
        conditions = filter.conditions.map { Condition($0) }
        minScore = filter.minScore.map { Float($0) } ?? -.infinity
    }

    @inline(__always)
    func passes(_ row: VectorRow, _ names: UnsafeBufferPointer<UInt8>) -> Bool {
        for condition in conditions {
            let holds =
                switch condition {
                case .isFlag(let flag, let wanted): row.flags.contains(flag) == wanted
                case .isUpdated(let time): row.updatedAt >= time
                case .hasStars(let least): Int(row.stars) >= least
                case .isAny(let field, let values): Self.contains(row, field, values, names)
                case .isNone(let field, let values): !Self.contains(row, field, values, names)
                }
            if !holds { return false }
        }
        return true
    }

    private static func contains(
        _ row: VectorRow,
        _ field: FilterCondition.Field,
        _ values: [Int],
        _ names: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        switch field {
        case .language: return values.contains(row.language)
        case .owner: return values.contains(row.owner)
        case .fullName: return values.contains(row.fullName)
        case .topics:
            let topics = UnsafeRawBufferPointer(names.name(at: row.topics))
            return stride(from: 0, to: topics.count, by: MemoryLayout<Int>.size).contains { offset in
                values.contains(topics.loadUnaligned(fromByteOffset: offset, as: Int.self))
            }
        }
    }
}
