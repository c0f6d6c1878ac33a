import EmbeddingCore
import SurrealDB

/// The outbox of schema `Schema.jobs`. Claims and completions of this process go one at a time each: the database
/// gains nothing from writers that meet each other.
struct SurrealJobQueue: EmbeddingJobQueue {
    let database: Database
    private let claims = SerialGate()
    private let completions = SerialGate()
    private let counts: QueueCounts
    private let index: VectorIndex?
    private let readsUnattributed: Bool

    /// - Parameters:
    ///   - index: what goes when vectors of another length come.
    ///   - readsUnattributed: whether claims read the vectors of rows without fingerprint.
    ///   - countingShare: the share of the time that counting may take.
    init(
        database: Database,
        index: VectorIndex? = nil,
        readsUnattributed: Bool = false,
        countingShare: Double = 0.05
    ) {
        self.database = database
        self.index = index
        self.readsUnattributed = readsUnattributed
        counts = QueueCounts(database: database, share: countingShare)
    }

    func claim(limit: Int, lease: Duration, token: ClaimToken) async throws(StoreError) -> [EmbeddingJob] {
        let claimed = try await claims.run { () async throws(StoreError) in
            try await database.value(
                Self.claimStatement,
                [
                    "limit": SurrealValue(limit), "lease": .duration(lease), "claim": .string(token.value),
                    "unattributed": .bool(readsUnattributed),
                ]
            )
        }
        let rows = Dictionary((claimed["rows"].array ?? []).map { ($0["id"], $0) }) { first, _ in first }
        var jobs: [EmbeddingJob] = []
        var unusable: [SurrealValue] = []
        for claim in claimed["jobs"].array ?? [] {
            if let job = Self.job(claim, rows[claim["repo"]] ?? .none) {
                jobs.append(job)
            } else {
                unusable.append(claim["id"])
            }
        }
        try await park(unusable, token)
        if jobs.isEmpty { counts.noteNothingDue() }
        return jobs
    }

    /// ORDER BY would read all due jobs; the index gives the oldest first without. Reading the rows by themselves is
    /// several times faster than through the jobs' links.
    private static let claimStatement = """
        {
          LET $jobs = (UPDATE (SELECT VALUE id FROM embedding_job WHERE due_at <= time::now() LIMIT $limit)
            SET claim = $claim, attempts += 1, status = "leased", due_at = time::now() + $lease
            WHERE due_at <= time::now() RETURN id, gen, attempts, force, repo);
          RETURN { jobs: $jobs, rows: (SELECT \(RepoRow.fields), embedding_fingerprint, embedding_text_hash,
            embedding_model, IF $unattributed AND embedding_fingerprint = NONE AND embedding_model != NONE
              AND (updated_at = NONE OR embedding_generated_at >= updated_at) { embedding } AS unattributed
            FROM $jobs.repo) };
        }
        """

    private static func job(_ claim: SurrealValue, _ row: SurrealValue) -> EmbeddingJob? {
        guard let repo = RepoRow.repo(row), let id = row["id"].recordID else { return nil }
        return EmbeddingJob(
            id: RepoID(id),
            repo: repo,
            generation: claim["gen"].int ?? 0,
            attempts: claim["attempts"].int ?? 1,
            isForced: claim["force"].bool ?? false,
            storedFingerprint: row["embedding_fingerprint"].string,
            storedTextHash: row["embedding_text_hash"].string,
            unattributed: unattributed(row)
        )
    }

    private static func unattributed(_ row: SurrealValue) -> UnattributedVector? {
        guard let name = row["embedding_model"].string, let values = row["unattributed"].floats else { return nil }
        return UnattributedVector(modelName: name, values: values)
    }

    /// Ends the jobs of rows that are gone, and parks those of rows without a usable name.
    private func park(_ jobs: [SurrealValue], _ token: ClaimToken) async throws(StoreError) {
        guard !jobs.isEmpty else { return }
        _ = try await database.run(
            """
            DELETE $jobs WHERE claim = $claim AND repo.id = NONE RETURN NONE;
            UPDATE $jobs SET status = "failed", claim = NONE, due_at = \(Self.never), failed_at = time::now(),
              error = "the row has no full_name" WHERE claim = $claim RETURN NONE;
            """,
            ["jobs": .array(jobs), "claim": .string(token.value)]
        )
    }

    /// When parked jobs are due.
    static let never = "d\"9999-01-01T00:00:00Z\""

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
        let held = try await self.completions.run { () async throws(StoreError) in
            do throws(StoreError) {
                return try await write(batch)
            } catch {
                guard let index, error.message.contains("Incorrect vector dimension") else { throw error }
                try await index.prepare(for: model)
                return try await write(batch)
            }
        }
        return batch.fenced(held)
    }

    private func write(_ batch: CompletionBatch) async throws(StoreError) -> SurrealValue {
        try await database.value(batch.statement, batch.variables, timeout: .seconds(300))
    }

    func renew(_ jobs: [EmbeddingJob], lease: Duration, token: ClaimToken) async throws(StoreError) {
        guard !jobs.isEmpty else { return }
        var ids: [SurrealValue] = []
        for job in jobs { ids.append(try job.id.job()) }
        _ = try await database.run(
            "UPDATE $jobs SET due_at = time::now() + $lease WHERE claim = $claim RETURN NONE",
            ["jobs": .array(ids), "lease": .duration(lease), "claim": .string(token.value)]
        )
    }

    func backfill(
        after cursor: RepoID?,
        limit: Int,
        model: EmbeddingModel
    ) async throws(StoreError) -> (next: RepoID?, enqueued: Int) {
        var variables: [String: SurrealValue] = [
            "limit": SurrealValue(limit), "fingerprint": .string(model.fingerprint),
        ]
        if let cursor {
            variables["after"] = try cursor.record().key
        } else if try await !hasForeignVectors(variables) {
            return (nil, 0)
        }
        let page = try await database.value(Self.backfillStatement(after: cursor != nil), variables)
        let isLast = (page["size"].int ?? 0) < limit
        return (isLast ? nil : page["last"].recordID.map { RepoID($0) }, page["enqueued"].int ?? 0)
    }

    /// Whether any row is without a vector of the model, by the index alone.
    private func hasForeignVectors(_ variables: [String: SurrealValue]) async throws(StoreError) -> Bool {
        let found = try await database.value(
            """
            RETURN [
              (SELECT VALUE id FROM repo WHERE embedding_fingerprint = NONE LIMIT 1),
              (SELECT VALUE id FROM repo WHERE embedding_fingerprint < $fingerprint LIMIT 1),
              (SELECT VALUE id FROM repo WHERE embedding_fingerprint > $fingerprint LIMIT 1)
            ].flatten();
            """,
            variables
        )
        return found.array?.isEmpty == false
    }

    private static func backfillStatement(after cursor: Bool) -> String {
        """
        {
          LET $page = (SELECT id, embedding_fingerprint FROM \(cursor ? "type::thing('repo', $after>..)" : "repo")
            LIMIT $limit);
          LET $new = (INSERT IGNORE INTO embedding_job (SELECT [record::id(id)] AS id, id AS repo, 1 AS gen,
            "pending" AS status, time::now() AS due_at, 0 AS attempts FROM $page
            WHERE embedding_fingerprint != $fingerprint) RETURN VALUE id);
          RETURN { last: array::last($page).id, size: array::len($page), enqueued: array::len($new) };
        }
        """
    }

    func resumeExcluded() async throws(StoreError) -> Int {
        try await database.rows(
            """
            UPDATE (SELECT VALUE id FROM embedding_job WHERE status = "excluded")
              SET status = "pending", due_at = time::now(), attempts = 0 WHERE status = "excluded" RETURN VALUE gen
            """,
            timeout: .seconds(120)
        ).count
    }

    func bringForward(leasedBeyond lease: Duration, waitingBeyond delay: Duration) async throws(StoreError) {
        _ = try await database.run(
            """
            UPDATE (SELECT VALUE id FROM embedding_job WITH INDEX embedding_job_status
                WHERE status = "leased" AND due_at > time::now() + $lease LIMIT $limit)
              SET due_at = time::now(), status = "pending", claim = NONE RETURN NONE;
            UPDATE (SELECT VALUE id FROM embedding_job WITH INDEX embedding_job_due
                WHERE due_at > time::now() + $delay AND due_at < \(Self.never) LIMIT $limit)
              SET due_at = time::now(), status = "pending", claim = NONE RETURN NONE;
            """,
            ["lease": .duration(lease), "delay": .duration(delay), "limit": SurrealValue(1000)]
        )
    }

    func statistics(model: EmbeddingModel) async throws(StoreError) -> QueueStatistics {
        try await counts.statistics(model: model)
    }

    func isPaused() async throws(StoreError) -> Bool {
        try await database.value("SELECT VALUE paused FROM embed_star:pipeline")[0].bool ?? false
    }

    func setPaused(_ paused: Bool) async throws(StoreError) {
        _ = try await database.run(
            "UPSERT embed_star:pipeline SET paused = $paused RETURN NONE",
            ["paused": .bool(paused)]
        )
    }
}
