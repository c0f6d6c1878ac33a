import EmbeddingCore
import SurrealDB
import Synchronization

/// Counts of jobs and rows, all of one snapshot. Jobs are counted by their index, which is short when there is nothing to
/// do. Counting the rows of a large table takes too long to be done often: they are followed through the change log.
final class QueueCounts: Sendable {
    private struct Reading {
        var rows: RowCounts
        var epoch: String?
        var pending: Int
        var readAt: ContinuousClock.Instant
        var cost: Duration
    }

    private let database: Database
    private let tables: EmbeddedTables
    /// Counting takes at most this share of the time.
    private let share: Double
    private let gate = AsyncMutex()
    private let last = Mutex<Reading?>(nil)

    /// A reading that took long, the database being busy, must not keep a drain from seeing its end.
    private static let longestAge = Duration.seconds(10)
    private static let shortestAge = Duration.milliseconds(500)
    /// What takes less is not worth waiting for.
    private static let cheap = Duration.milliseconds(10)

    init(database: Database, tables: EmbeddedTables, share: Double = 0.05) {
        self.database = database
        self.tables = tables
        self.share = share
    }

    /// Nil when the last reading is so young that another would take too much of the time.
    /// - Parameter model: nil for the one in use.
    func statistics(model: EmbeddingModel?) async throws(StoreError) -> QueueStatistics? {
        try await gate.run { () async throws(StoreError) in
            // No row has an empty fingerprint.
            let fingerprint = if let model { model.fingerprint } else { try await fingerprintInUse() ?? "" }
            let last = self.last.withLock { $0 }.flatMap { $0.rows.fingerprint == fingerprint ? $0 : nil }
            let start = ContinuousClock.now
            if let last, start - last.readAt < min(last.cost / share, Self.longestAge) { return nil }
            let isCounting = last?.rows.wantsCount(at: start, share: share) ?? true
            return try await read(following: last?.rows, counting: isCounting, fingerprint, start)
        }
    }

    private func fingerprintInUse() async throws(StoreError) -> String? {
        try await database.value("SELECT VALUE fingerprint FROM [embed_star:model]")[0].string
    }

    /// Says that nothing is due: a count of a backlog that was there before holds no longer, and a new one is cheap.
    func noteNothingDue() {
        last.withLock { last in
            guard let reading = last, reading.pending > 0 else { return }
            last?.cost = min(reading.cost, Self.shortestAge * share)
        }
    }

    /// - Parameters:
    ///   - known: what the log is followed from; nil to begin.
    ///   - isCounting: whether the rows are counted.
    private func read(
        following known: RowCounts?,
        counting isCounting: Bool,
        _ fingerprint: String,
        _ start: ContinuousClock.Instant
    ) async throws(StoreError) -> QueueStatistics {
        let answer = try await database.value(
            statement(counting: isCounting, following: known != nil),
            [
                "fingerprint": .string(fingerprint), "settling": .duration(RowCounts.settling),
                "after": known.map { .string($0.position) } ?? .none,
            ]
        )
        guard let position = answer["position"].string, let jobs = answer["jobs"].array, jobs.count == 4 else {
            throw StoreError(.badResponse, "the counts are missing")
        }
        let epoch = answer["epoch"].string
        if known != nil, last.withLock({ $0?.epoch }) != epoch {
            // What is followed holds no longer.
            return try await read(following: nil, counting: true, fingerprint, start)
        }
        let cost = ContinuousClock.now - start
        let recent = Self.change(answer["recent"])
        var followed = known
        followed?.follow(Self.change(answer["settled"]), recent: recent, position: position, at: start)
        let rows: RowCounts
        if let followed, !isCounting {
            rows = followed
        } else {
            rows = RowCounts(
                counted: .init(
                    total: Self.count(answer["total"]),
                    embedded: Self.count(answer["embedded"]),
                    written: followed?.written ?? 0
                ),
                recent: recent,
                position: position,
                fingerprint: fingerprint,
                at: start,
                cost: cost
            )
        }
        let leased = Self.count(jobs[1])
        let statistics = QueueStatistics(
            pending: Self.count(jobs[0]) + leased,
            leased: leased,
            failed: Self.count(jobs[2]),
            excluded: Self.count(jobs[3]),
            embedded: rows.embedded,
            total: rows.total,
            written: rows.written
        )
        // A count of the rows has its own rest, and tells nothing of what following takes.
        let rest = isCounting || cost < Self.cheap ? .zero : cost
        last.withLock { $0 = Reading(rows: rows, epoch: epoch, pending: statistics.pending, readAt: start, cost: rest) }
        return statistics
    }

    /// One block, which is one transaction and reads one snapshot.
    private func statement(counting: Bool, following: Bool) -> String {
        let jobs = [JobTable.Status.pending, .leased, .failed, .excluded].map(JobTable.count)
        let count = """
            total: (SELECT count() FROM \(tables.names) GROUP ALL)[0].count,
            embedded: (SELECT count() FROM \(tables.names) WHERE embedding_fingerprint = $fingerprint GROUP ALL)[0].count,
            """
        let settled = "settled: \(ChangeLog.sums("$after..$until")),"
        return """
            {
              LET $until = rand::ulid(time::now() - $settling);
              RETURN {
                position: $until, epoch: \(Epoch.current), recent: \(ChangeLog.sums("$until..")),
                \(counting ? count : "") \(following ? settled : "")
                jobs: [\(jobs.joined(separator: ", "))]
              };
            }
            """
    }

    private static func change(_ sums: SurrealValue) -> RowCounts.Change {
        var change = RowCounts.Change()
        for sum in sums.array ?? [] {
            change.add(
                sum["kind"].string ?? "",
                wasEmbedded: sum["was"].bool ?? false,
                isEmbedded: sum["is"].bool ?? false,
                count: count(sum["count"])
            )
        }
        return change
    }

    /// A number of rows; without any the database may answer none.
    private static func count(_ value: SurrealValue) -> Int { min(max(0, value.int ?? 0), 1 << 48) }
}
