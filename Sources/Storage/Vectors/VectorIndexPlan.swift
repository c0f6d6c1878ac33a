import DateTime
import EmbeddingCore
import SurrealDB

/// What the database's record says of the HNSW index on `repo.embedding`.
struct VectorIndexRecord: Hashable {
    enum Phase: String { case building, ready, dropping, failed }

    var fingerprint: String
    var dimensions: Int
    var phase: Phase
    var since: Timestamp?

    init(fingerprint: String, dimensions: Int, phase: Phase, since: Timestamp? = nil) {
        self.fingerprint = fingerprint
        self.dimensions = dimensions
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
    static func next(
        _ record: VectorIndexRecord?,
        model: EmbeddingModel,
        statistics: QueueStatistics,
        minimum: Int,
        isRetryDue: Bool
    ) -> VectorIndexAction {
        guard let record else {
            let isSettled = statistics.pending <= max(100, statistics.embedded / 100)
            return statistics.embedded >= minimum && isSettled ? .create : .nothing
        }
        if record.fingerprint != model.fingerprint { return .drop }
        switch record.phase {
        case .building: return .awaitBuild
        case .dropping: return .drop
        case .failed: return isRetryDue ? .drop : .nothing
        // Writing so many vectors into the index takes longer than building it anew.
        case .ready: return statistics.pending > max(minimum, statistics.embedded) ? .drop : .nothing
        }
    }
}
