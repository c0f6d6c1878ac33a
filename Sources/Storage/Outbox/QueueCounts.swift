import EmbeddingCore
import SurrealDB
import Synchronization

/// Counts of jobs and rows. Jobs are counted by their index, which is short when there is nothing to do. Counting the
/// rows of a large table takes too long to be done often: they are counted once and then followed through the
/// change log, and counted again from time to time if anything changed.
final class QueueCounts: Sendable {
    private struct Repos {
        var fingerprint: String
        var total: Int
        var embedded: Int
        /// The id in the change log up to which the counts hold.
        var position: String
        var changes = 0
        /// When the last of the changes was seen.
        var changedAt = ContinuousClock.now
        var countedAt: ContinuousClock.Instant
        /// Of the count.
        var cost: Duration

        /// A change whose transaction ends after that of a later one is missed. Once nothing has come for a while, all
        /// have ended, and a count is right.
        var isQuiet: Bool { .now - changedAt > .seconds(2) }
    }

    private struct Jobs {
        var counts: QueueStatistics
        var countedAt: ContinuousClock.Instant
        var cost: Duration
    }

    private let database: Database
    private let tables: EmbeddedTables
    /// Counting takes at most this share of the time.
    private let share: Double
    private let gate = AsyncMutex()
    private let jobs = Mutex<Jobs?>(nil)
    private let repos = Mutex<Repos?>(nil)

    /// A count that took long, the database being busy, must not keep a drain from seeing its end.
    private static let longestAge = Duration.seconds(10)
    private static let shortestAge = Duration.milliseconds(500)
    private static let recountInterval = Duration.seconds(300)
    private static let pageSize = 1000

    init(database: Database, tables: EmbeddedTables, share: Double = 0.05) {
        self.database = database
        self.tables = tables
        self.share = share
    }

    func statistics(model: EmbeddingModel) async throws(StoreError) -> QueueStatistics {
        try await gate.run { () async throws(StoreError) in
            var statistics = try await countJobs()
            (statistics.total, statistics.embedded) = try await countRepos(model)
            return statistics
        }
    }

    /// Says that nothing is due: a count of a backlog that was there before holds no longer, and a new one is cheap.
    func noteNothingDue() {
        jobs.withLock { known in
            guard let counted = known, counted.counts.pending > 0 else { return }
            known?.cost = min(counted.cost, Self.shortestAge * share)
        }
    }

    private func countJobs() async throws(StoreError) -> QueueStatistics {
        let now = ContinuousClock.now
        if let known = jobs.withLock({ $0 }), now - known.countedAt < min(known.cost / share, Self.longestAge) {
            return known.counts
        }
        var counts = QueueStatistics()
        let results = try await database.run(
            [JobTable.Status.pending, .leased, .failed, .excluded].map(JobTable.count).joined()
        )
        guard results.count == 4 else { throw StoreError(.badResponse, "four counts were asked for") }
        counts.leased = Self.count(results[1][0])
        counts.pending = Self.count(results[0][0]) + counts.leased
        counts.failed = Self.count(results[2][0])
        counts.excluded = Self.count(results[3][0])
        let cost = ContinuousClock.now - now
        jobs.withLock { $0 = Jobs(counts: counts, countedAt: now, cost: cost < .milliseconds(10) ? .zero : cost) }
        return counts
    }

    private func countRepos(_ model: EmbeddingModel) async throws(StoreError) -> (total: Int, embedded: Int) {
        guard var counts = repos.withLock({ $0 }), counts.fingerprint == model.fingerprint else {
            return try await recount(model)
        }
        let age = ContinuousClock.now - counts.countedAt
        let isAffordable = age > counts.cost / share
        let isDue = counts.isQuiet || age > Self.recountInterval
        if counts.changes > 0, isDue, isAffordable { return try await recount(model) }
        var entries: [SurrealValue]
        repeat {
            entries = try await database.rows(
                """
                SELECT record::id(id) AS at, kind, fingerprint, old_fingerprint
                  FROM type::record("embedding_change", $after>..) LIMIT $limit
                """,
                ["after": .string(counts.position), "limit": SurrealValue(Self.pageSize)]
            )
            for entry in entries { Self.apply(entry, to: &counts) }
            if !entries.isEmpty { counts.changedAt = .now }
            let followed = counts
            repos.withLock { $0 = followed }
        } while entries.count == Self.pageSize
        return (counts.total, counts.embedded)
    }

    private static func apply(_ entry: SurrealValue, to counts: inout Repos) {
        counts.position = entry["at"].string ?? counts.position
        counts.changes += 1
        let wasEmbedded = entry["old_fingerprint"].string == counts.fingerprint
        let isEmbedded = entry["fingerprint"].string == counts.fingerprint
        switch entry["kind"].string {
        case "CREATE": counts.total += 1
        case "DELETE":
            counts.total -= 1
            if wasEmbedded { counts.embedded -= 1 }
        case "EMBED":
            if isEmbedded, !wasEmbedded { counts.embedded += 1 }
            if wasEmbedded, !isEmbedded { counts.embedded -= 1 }
        default: break
        }
    }

    /// A number of rows; without any the database may answer none.
    private static func count(_ value: SurrealValue) -> Int { min(max(0, value.int ?? 0), 1 << 48) }

    private func recount(_ model: EmbeddingModel) async throws(StoreError) -> (total: Int, embedded: Int) {
        let start = ContinuousClock.now
        let result = try await database.value(
            """
            {
              LET $total = (SELECT count() FROM \(tables.names) GROUP ALL);
              LET $embedded = (SELECT count() FROM \(tables.names) WHERE embedding_fingerprint = $fingerprint GROUP ALL);
              RETURN { total: $total[0].count ?? 0, embedded: $embedded[0].count ?? 0, position: rand::ulid() };
            }
            """,
            ["fingerprint": .string(model.fingerprint)]
        )
        guard let position = result["position"].string else {
            throw StoreError(.badResponse, "the repos could not be counted")
        }
        let counts = Repos(
            fingerprint: model.fingerprint,
            total: Self.count(result["total"]),
            embedded: Self.count(result["embedded"]),
            position: position,
            countedAt: start,
            cost: ContinuousClock.now - start
        )
        repos.withLock { $0 = counts }
        return (counts.total, counts.embedded)
    }
}
