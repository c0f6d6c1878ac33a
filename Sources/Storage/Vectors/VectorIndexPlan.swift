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

    init(
        fingerprint: String,
        dimensions: Int,
        kind: EngineDialect.VectorIndexKind,
        phase: Phase,
        since: Timestamp? = nil
    ) {
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        self.kind = kind
        self.phase = phase
        self.since = since
    }

    init?(_ row: SurrealValue) {
        guard let fingerprint = row["fingerprint"].string, let dimensions = row["dimensions"].int,
            let phase = row["phase"].string.flatMap(Phase.init(rawValue:))
        else { return nil }
        self.init(
            fingerprint: fingerprint,
            dimensions: dimensions,
            // At first there was no other.
            kind: row["kind"].string.flatMap(EngineDialect.VectorIndexKind.init(rawValue:)) ?? .hnsw,
            phase: phase,
            since: Timestamp(row["since"])
        )
    }
}

/// What to do next about the index, decided from what is known.
enum VectorIndexAction: Hashable {
    case nothing, create, awaitBuild, drop

    /// - Parameters:
    ///   - minimum: repos below which the index is not worth its cost: the table is searched exactly.
    ///   - isRetryDue: whether an index that failed may be tried again.
    ///   - yieldsToBacklog: whether many vectors are written faster without the index, and the index built anew.
    static func next(
        _ record: VectorIndexRecord?,
        model: EmbeddingModel,
        kind: EngineDialect.VectorIndexKind,
        statistics: QueueStatistics,
        minimum: Int,
        isRetryDue: Bool,
        yieldsToBacklog: Bool
    ) -> VectorIndexAction {
        guard let record else {
            let isSettled = statistics.pending <= max(100, statistics.embedded / 100)
            return statistics.embedded >= minimum && isSettled ? .create : .nothing
        }
        if record.fingerprint != model.fingerprint || record.kind != kind { return .drop }
        switch record.phase {
        case .building: return .awaitBuild
        case .dropping: return .drop
        case .failed: return isRetryDue ? .drop : .nothing
        case .ready:
            let isOverrun = statistics.pending > max(minimum, statistics.embedded)
            return yieldsToBacklog && isOverrun ? .drop : .nothing
        }
    }
}
