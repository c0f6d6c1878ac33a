/// What differs between the generations of SurrealDB's engine. Statements are written once, as the newest generation
/// has them; `spelled` says them to an older one.
package struct EngineDialect: Sendable, Hashable {
    /// How a vector index is defined and comes to be.
    package enum VectorIndexKind: String, Sendable, CaseIterable {
        case hnsw, diskann
    }

    /// The major version, which the database remembers: what is stored in it is rewritten when this changes.
    package let generation: Int
    /// The first release that is taken.
    let since: EngineVersion
    /// What is wrong with those before it, if that is known.
    let fault: String?
    /// Functions that are called otherwise than in the newest generation.
    let spellings: [Spelling]
    /// Those the engine has, the best first.
    package let vectorIndexKinds: [VectorIndexKind]
    /// Whether defining an index over rows that are there lets others read and write meanwhile, and whether it can be
    /// searched as soon as it is defined. Else it is built `CONCURRENTLY`, and is ready when the engine says so.
    package let definesIndexesInPlace: Bool
    /// Whether vectors are written beside an index nearly as fast as without one.
    package let writesVectorsBesideIndex: Bool

    /// Whether several writers at once get more done than one.
    package let writesInParallel: Bool

    struct Spelling: Sendable, Hashable {
        var newest: String
        var own: String
    }

    /// Newest first. Another generation is a file and a line here.
    static let all = [engine3, engine2]

    /// The dialect of a server that calls itself `server`.
    /// - Throws: `.unsupported` when its release is not taken, with the reason.
    static func of(_ server: String) throws(SurrealError) -> EngineDialect {
        guard let version = EngineVersion(server) else {
            let name = String(server.unicodeScalars.prefix(100))
            throw SurrealError(.unsupported, "\"\(name)\", the database's version, is not a release of SurrealDB")
        }
        guard let dialect = all.first(where: { version.major >= $0.generation }) else { throw tooOld(version) }
        guard version >= dialect.since else { throw tooOld(version, dialect.fault) }
        return dialect
    }

    private static func tooOld(_ version: EngineVersion, _ fault: String? = nil) -> SurrealError {
        let taken = all.reversed().map { "\($0.since.major).\($0.since.minor)" }.joined(separator: " or ")
        let reason = fault.map { ", \($0)" } ?? ""
        let words = "the database is SurrealDB \(version)\(reason): upgrade it to \(taken) or later"
        return SurrealError(.unsupported, words)
    }

    /// The index kind to use when `preferred` is wanted.
    package func vectorIndexKind(preferred: VectorIndexKind) -> VectorIndexKind {
        vectorIndexKinds.contains(preferred) ? preferred : vectorIndexKinds[0]
    }

    /// What follows the fields in the definition of an index over vectors of length 1.
    package func vectorIndex(_ kind: VectorIndexKind, dimensions: Int) -> String {
        let definition =
            switch kind {
            case .hnsw: "HNSW DIMENSION \(dimensions) DIST COSINE TYPE F32 EFC 150 M 12"
            case .diskann: "DISKANN DIMENSION \(dimensions) DIST COSINE_NORMALIZED TYPE F32"
            }
        return definition + (definesIndexesInPlace ? "" : " CONCURRENTLY")
    }

    /// `sql` as this generation has it.
    func spelled(_ sql: String) -> String {
        spellings.reduce(sql) { $0.contains($1.newest) ? $0.replacing($1.newest, with: $1.own) : $0 }
    }
}
