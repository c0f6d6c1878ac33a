import EmbeddingCore
import SurrealDB

/// What to do next about the index, decided from what is known.
enum VectorIndexAction: Hashable {
    case nothing, create
    case awaitBuild
    /// Rebuild it beside the one in use: what is written after a build is found by comparing it all, unless the server
    /// takes it into the index by itself.
    case renew
    case drop

    /// Whether the backlog is small.
    static func isSettled(_ statistics: QueueStatistics) -> Bool {
        statistics.pending <= max(100, statistics.embedded / 100)
    }

    /// - Parameters:
    ///   - written: vectors written since the index was built.
    ///   - minimum: repos below which the index is not worth its cost: the table is searched exactly.
    ///   - isRetryDue: whether an index that failed may be tried again.
    ///   - writesBeside: whether vectors are written beside the index nearly as fast as without one. Else it yields to a
    ///     backlog, and is rebuilt after it.
    static func next(
        _ record: VectorIndexRecord?,
        model: EmbeddingModel,
        kind: EngineDialect.VectorIndexKind,
        statistics: QueueStatistics,
        written: Int,
        minimum: Int,
        isRetryDue: Bool,
        writesBeside: Bool
    ) -> VectorIndexAction {
        let (embedded, pending) = (statistics.embedded, statistics.pending)
        let isSettled = isSettled(statistics)
        guard let record else {
            return embedded >= minimum && isSettled ? .create : .nothing
        }
        if record.fingerprint != model.fingerprint || record.kind != kind { return .drop }
        switch record.phase {
        // One that was defined over nothing stands aside where comparing all is fast.
        case .building: return record.rows == 0 && embedded + pending < minimum ? .nothing : .awaitBuild
        case .dropping: return .drop
        case .failed: return isRetryDue ? .drop : .nothing
        case .ready:
            guard writesBeside else { return pending > max(minimum, embedded) ? .drop : .nothing }
            let rows = record.rows ?? embedded
            let isOutgrown = max(written, embedded - rows) >= max(minimum, rows / 2)
            return isSettled && isOutgrown ? .renew : .nothing
        }
    }
}
