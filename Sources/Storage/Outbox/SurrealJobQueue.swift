import EmbeddingCore
import SurrealDB
import Synchronization

/// The outbox as a queue. Claims of this process go one at a time, since they look for the same jobs, and so do
/// completions where the database gains nothing from several writers.
final class SurrealJobQueue: EmbeddingJobQueue {
    let database: Database
    let tables: EmbeddedTables
    private let claims = AsyncMutex()
    private let completions = AsyncMutex()
    private let window = Mutex(ClaimWindow())
    private let counts: QueueCounts
    private let log: ChangeLog
    private let index: VectorIndex?
    private let register: ModelRegister
    let reader: RowReader
    private let readsUnattributed: Bool

    /// - Parameters:
    ///   - index: what stands before the first vector, and goes when vectors of another length come.
    ///   - readsUnattributed: whether claims read the vectors of rows without fingerprint.
    ///   - countingShare: the share of the time that counting may take.
    init(
        database: Database,
        tables: EmbeddedTables = EmbeddedTables(),
        register: ModelRegister,
        reader: RowReader,
        index: VectorIndex? = nil,
        readsUnattributed: Bool = false,
        countingShare: Double = 0.05
    ) {
        self.database = database
        self.tables = tables
        log = ChangeLog(database: database)
        self.register = register
        self.reader = reader
        self.index = index
        self.readsUnattributed = readsUnattributed
        counts = QueueCounts(database: database, tables: tables, share: countingShare)
    }

    func claim(limit: Int, lease: Duration, token: ClaimToken) async throws(StoreError) -> [EmbeddingJob] {
        let claimed = try await claims.run { () async throws(StoreError) in
            let since = window.withLock { $0.next(at: .now) }
            let claimed = try await takeJobs([
                "limit": SurrealValue(limit), "lease": .duration(lease), "claim": .string(token.value),
                "unattributed": .bool(readsUnattributed), "since": since,
            ])
            if (claimed["jobs"].array ?? []).count < limit { window.withLock { $0.metEnd(at: claimed["at"]) } }
            return claimed
        }
        let rows = Dictionary((claimed["rows"].array ?? []).map { ($0["id"], $0) }) { first, _ in first }
        var jobs: [EmbeddingJob] = []
        var unusable: [SurrealValue] = []
        for claim in claimed["jobs"].array ?? [] {
            if let job = job(claim, rows[claim["repo"]] ?? .none) {
                jobs.append(job)
            } else {
                unusable.append(claim["id"])
            }
        }
        let unreadable = rows.values.filter { $0[RowReader.mark].bool == true }.map { $0["id"] }
        try await park(unusable, unreadable, token)
        if jobs.isEmpty { counts.noteNothingDue() }
        return jobs
    }

    /// Leased jobs and their rows, which are read by themselves when one of them fails the statement. Then the jobs may be
    /// leased already.
    private func takeJobs(_ variables: [String: SurrealValue]) async throws(StoreError) -> SurrealValue {
        let fields = JobTable.rowFields(tables.fields)
        do throws(StoreError) {
            return try await database.value(JobTable.claim(fields), variables)
        } catch {
            guard RowReader.mayBeOfARow(error) else { throw error }
        }
        var jobs = try await database.value(JobTable.held, variables)
        if jobs.array?.isEmpty ?? true { jobs = try await database.value(JobTable.claim(nil), variables)["jobs"] }
        let ids = (jobs.array ?? []).map { $0["repo"] }
        return .object(["jobs": jobs, "rows": .array(try await reader.rows(ids, fields, variables))])
    }

    private func job(_ claim: SurrealValue, _ row: SurrealValue) -> EmbeddingJob? {
        guard let document = tables.document(row) else { return nil }
        return EmbeddingJob(
            document: document,
            attempts: min(max(1, claim["attempts"].int ?? 1), 1 << 32),
            isForced: claim["force"].bool ?? false,
            storedFingerprint: row["embedding_fingerprint"].string,
            storedTextHash: row["embedding_text_hash"].string,
            unattributed: Self.unattributed(row)
        )
    }

    private static func unattributed(_ row: SurrealValue) -> UnattributedVector? {
        guard let name = row["embedding_model"].string, let values = row["unattributed"].floats else { return nil }
        return UnattributedVector(modelName: name, values: values)
    }

    /// Ends the jobs of rows that are gone, and parks those of rows that nobody can name.
    private func park(
        _ jobs: [SurrealValue],
        _ unreadable: [SurrealValue],
        _ token: ClaimToken
    ) async throws(StoreError) {
        guard !jobs.isEmpty else { return }
        _ = try await database.run(
            JobTable.park(tables.labels),
            ["jobs": .array(jobs), "claim": .string(token.value), "unreadable": .array(unreadable)]
        )
    }

    func complete(
        _ completions: [JobCompletion],
        token: ClaimToken,
        model: EmbeddingModel
    ) async throws(StoreError) -> Int {
        var fenced = 0
        for part in completions.batches(count: 1024, size: CompletionBatch.bytes) {
            fenced += try await complete(Array(part), token, model)
        }
        return fenced
    }

    private func complete(
        _ completions: [JobCompletion],
        _ token: ClaimToken,
        _ model: EmbeddingModel
    ) async throws(StoreError) -> Int {
        let batch = try CompletionBatch(completions, token: token, model: model)
        if try await database.dialect().writesInParallel { return batch.fenced(try await write(batch, of: model)) }
        return batch.fenced(
            try await self.completions.run { () async throws(StoreError) in try await write(batch, of: model) }
        )
    }

    private func write(_ batch: CompletionBatch, of model: EmbeddingModel) async throws(StoreError) -> SurrealValue {
        do throws(SurrealError) {
            return try await write(batch)
        } catch {
            guard index != nil, error.fault == .wrongDimension else { throw StoreError(error) }
        }
        try await index?.prepare(for: model)
        do throws(SurrealError) { return try await write(batch) } catch { throw StoreError(error) }
    }

    private func write(_ batch: CompletionBatch) async throws(SurrealError) -> SurrealValue {
        let held = try await write(batch, asksEach: false)
        return held.isNil ? try await write(batch, asksEach: true) : held
    }

    private func write(_ batch: CompletionBatch, asksEach: Bool) async throws(SurrealError) -> SurrealValue {
        let statement = batch.statement(asksEach: asksEach)
        return try await database.attempt(statement, batch.variables, timeout: .seconds(300)).last ?? .none
    }

    func renew(_ jobs: [EmbeddingJob], lease: Duration, token: ClaimToken) async throws(StoreError) {
        guard !jobs.isEmpty else { return }
        var ids: [SurrealValue] = []
        for job in jobs { ids.append(JobTable.job(of: try job.id.record())) }
        _ = try await database.run(
            JobTable.renew,
            ["jobs": .array(ids), "lease": .duration(lease), "claim": .string(token.value)]
        )
    }

    func resumeExcluded() async throws(StoreError) -> Int {
        try await database.rows(JobTable.resumeExcluded, timeout: .seconds(120)).count
    }

    func tidy(leasedBeyond lease: Duration, waitingBeyond delay: Duration) async throws(StoreError) {
        _ = try await database.run(
            JobTable.bringForward,
            ["lease": .duration(lease), "delay": .duration(delay), "limit": SurrealValue(1000)]
        )
        if try await log.prune() { _ = try await database.run(RepoIdentities.prune) }
    }

    func statistics(model: EmbeddingModel?) async throws(StoreError) -> QueueStatistics? {
        try await counts.statistics(model: model)
    }

    func attend(model: EmbeddingModel?, lease: Duration, takesOver: Bool) async throws(StoreError) -> SharedState {
        let state = try await register.attend(model: model, lease: lease, takesOver: takesOver)
        guard let model, state.model == .own, try await index?.begin(for: model) == true else { return state }
        // That took a while, in which the pipeline may have been paused.
        return try await register.attend(model: model, lease: lease, takesOver: takesOver)
    }

    func leave() async throws(StoreError) { try await register.leave() }

    func beginEpoch() async throws(StoreError) {
        _ = try await database.run("UPDATE embed_star:schema SET \(Epoch.renewal) RETURN NONE")
    }

    func setPaused(_ paused: Bool, by key: String?) async throws(StoreError) {
        _ = try await database.run(
            """
            UPSERT embed_star:pipeline
              SET paused = $paused, paused_at = IF $paused THEN time::now() ELSE NONE END, paused_by = $key RETURN NONE
            """,
            ["paused": .bool(paused), "key": key.map { .string($0) } ?? .none]
        )
    }
}
