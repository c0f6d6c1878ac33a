import EmbeddingCore
import SurrealDB
import Synchronization

/// The table `embedding_change`, the log that followers of the tables read in the order of its ids, and its retention.
final class ChangeLog: Sendable {
    static let definition = "DEFINE TABLE IF NOT EXISTS embedding_change SCHEMALESS;"

    /// How long changes are kept.
    static let retention = Duration.seconds(3600)
    /// Rows of one entry at most.
    static let rowsPerEntry = 25
    private static let pruneInterval = Duration.seconds(600)
    private static let pageSize = 1000

    private let database: Database
    private let prunedAt = Mutex<ContinuousClock.Instant?>(nil)

    init(database: Database) { self.database = database }

    /// Notes a change of a row.
    static func enter(_ row: String, kind: String, _ more: String = "") -> String {
        "CREATE embedding_change:ulid() SET repo = \(row), kind = \(kind)\(more) RETURN NONE;"
    }

    /// Notes the same change of several rows: `rowsPerEntry` at most.
    static func enter(rows: String, kind: String, _ more: String = "") -> String {
        "CREATE embedding_change:ulid() SET repos = \(rows), kind = \(kind)\(more) RETURN NONE;"
    }

    /// What the entries of a range of ids add up to for `$fingerprint`, as an expression: a row for each kind of change.
    static func sums(_ range: String) -> String {
        """
        (SELECT kind, old_fingerprint = $fingerprint AS was, fingerprint = $fingerprint AS is,
            math::sum(array::len(repos ?? [repo])) AS count
          FROM type::record("embedding_change", \(range)) GROUP BY kind, was, is)
        """
    }

    /// Takes away what is older than the retention, a bounded number of entries at a time and not too often.
    /// - Returns: whether it was time to.
    func prune() async throws(StoreError) -> Bool {
        let now = ContinuousClock.now
        let isDue = prunedAt.withLock { last in
            if let last, now - last < Self.pruneInterval { return false }
            last = now
            return true
        }
        guard isDue else { return false }
        for _ in 0..<100 {
            let pruned = try await database.rows(
                """
                DELETE (SELECT VALUE id FROM
                    \(Paging.range("..rand::ulid(time::now() - $retention)", of: "embedding_change"))
                  ) RETURN VALUE kind
                """,
                ["retention": .duration(Self.retention), "limit": SurrealValue(Self.pageSize)]
            )
            if pruned.count < Self.pageSize { break }
        }
        return true
    }
}
