import DateTime
import EmbeddingCore
import SurrealDB

/// What the database's record says of the vector index on `repo.embedding`.
struct VectorIndexRecord: Hashable {
    enum Phase: String { case building, ready, dropping, failed }

    var fingerprint: String
    var dimensions: Int
    var kind: EngineDialect.VectorIndexKind
    var phase: Phase
    var since: Timestamp?
    /// What the index is called: there are two names, so that it can be rebuilt beside the one in use.
    var name = VectorIndex.names[0]
    /// Embedded rows when it was built, if that was noted.
    var rows: Int?

    init?(_ row: SurrealValue) {
        guard let fingerprint = row["fingerprint"].string, let dimensions = row["dimensions"].count,
            let phase = row["phase"].string.flatMap(Phase.init(rawValue:))
        else { return nil }
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        // At first there was no other kind, and no other name.
        kind = row["kind"].string.flatMap(EngineDialect.VectorIndexKind.init(rawValue:)) ?? .hnsw
        name = row["name"].string ?? VectorIndex.names[0]
        self.phase = phase
        since = Timestamp(row["since"])
        rows = row["rows"].count
    }

    /// How searches through it compare vectors.
    var method: SearchMethod { kind == .diskann ? .diskann : .hnsw }
}

extension VectorIndexRecord {
    init(fingerprint: String, dimensions: Int, kind: EngineDialect.VectorIndexKind, phase: Phase) {
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        self.kind = kind
        self.phase = phase
    }
}
