import EmbeddingCore
import SurrealDB

/// The repo table. Rows of any id form are found by name, without case: embed-star's own by their id, others through
/// `repo_name`, which an event keeps.
struct SurrealRepoStore: RepoStore {
    let database: Database
    private let writes = SerialGate()

    init(database: Database) { self.database = database }

    /// Rows in one write at most.
    private static let batchSize = 1000
    /// Rows in one page of a bulk reprocess.
    private static let pageSize = 500
    private static let storedFields = RepoRow.fields + ", updated_at, github_id"

    func ping() async throws(StoreError) {
        let version =
            try await database.value(
                "SELECT VALUE version FROM embed_star:schema",
                timeout: .seconds(5)
            )[0].int ?? 0
        let latest = Migration.all.last?.version ?? 0
        guard version == latest else {
            throw StoreError(.schema, "the database is of schema version \(version), not \(latest)")
        }
    }

    func upsert(_ repos: [RepoUpdate]) async throws(StoreError) -> UpsertCounts {
        var counts = UpsertCounts()
        for batch in repos.batches(count: Self.batchSize, size: UpsertPlan.bytes) {
            counts += try await writes.run { () async throws(StoreError) in try await write(batch) }
        }
        return counts
    }

    /// Another program may create a row between our look and our write: then we look again.
    private func write(_ batch: ArraySlice<RepoUpdate>) async throws(StoreError) -> UpsertCounts {
        for _ in 0..<3 {
            var plan = UpsertPlan(rows: try await stored(batch.map(\.fullName), Self.storedFields))
            for update in batch { plan.add(update) }
            if plan.isEmpty { return plan.counts }
            do throws(StoreError) {
                _ = try await database.run(UpsertPlan.statement, plan.variables, timeout: .seconds(120))
                return plan.counts
            } catch {
                guard error.code == .rejected, error.message.contains("already exists") else { throw error }
            }
        }
        throw StoreError(.conflict, "other programs keep creating the same repos")
    }

    /// The rows stored under the names, and those that have the ids the names would get.
    private func stored(_ names: [String], _ fields: String) async throws(StoreError) -> [SurrealValue] {
        try await database.rows(
            """
            SELECT \(fields) FROM array::distinct(array::concat($ids, (SELECT VALUE repo FROM $names)))
            """,
            [
                "ids": .array(names.map { .recordID(UpsertPlan.id(named: $0)) }),
                "names": .array(names.map { .recordID(UpsertPlan.nameID($0)) }),
            ]
        )
    }

    /// The rows of that name alone; more than one if somebody else made it so.
    private func rows(named fullName: String, _ fields: String = RepoRow.fields) async throws(StoreError)
        -> [SurrealValue]
    {
        let name = fullName.lowercased()
        return try await stored([fullName], fields).filter { $0["full_name"].string?.lowercased() == name }
    }

    func repo(named fullName: String) async throws(StoreError) -> StoredRepo? {
        let fields =
            Self.storedFields + """
                , embedding_model, embedding_fingerprint, embedding_generated_at, \
                embedding_job:[record::id(id)].{ status, attempts, error } AS job
                """
        guard let row = try await rows(named: fullName, fields).first, let repo = RepoRow.repo(row) else { return nil }
        let fingerprint = row["embedding_fingerprint"].string
        let job = row["job"]
        let state: StoredRepo.State =
            switch job["status"].string {
            case "failed": .failed
            case "excluded": .excluded
            case .some: .pending
            case nil: fingerprint == nil ? .pending : .embedded
            }
        return StoredRepo(
            repo: repo,
            updatedAt: Timestamp(row["updated_at"])?.text,
            state: state,
            model: row["embedding_model"].string,
            fingerprint: fingerprint,
            generatedAt: Timestamp(row["embedding_generated_at"])?.text,
            attempts: job["attempts"].int ?? 0,
            lastError: job["error"].string
        )
    }

    func delete(named fullName: String) async throws(StoreError) -> Bool {
        try await writes.run { () async throws(StoreError) in
            let ids = try await rows(named: fullName).map { $0["id"] }
            guard !ids.isEmpty else { return false }
            _ = try await database.run("DELETE $ids RETURN NONE", ["ids": .array(ids)])
            return true
        }
    }

    func rename(_ fullName: String, to newName: String) async throws(StoreError) -> Bool {
        try await writes.run { () async throws(StoreError) in
            guard let row = try await rows(named: fullName).first, let repo = RepoRow.repo(row) else { return false }
            let displaced = try await rows(named: newName).map { $0["id"] }.filter { $0 != row["id"] }
            var fields: [String: SurrealValue] = [
                "full_name": .string(newName),
                "name": .string(String(newName.drop { $0 != "/" }.dropFirst())),
                "owner": ["login": .string(String(newName.prefix { $0 != "/" }))],
            ]
            if let url = repo.url, url.hasSuffix("/\(repo.fullName)") {
                fields["url"] = .string(String(url.dropLast(repo.fullName.count)) + newName)
            }
            _ = try await database.run(
                "{ DELETE $displaced RETURN NONE; UPDATE $id MERGE $fields RETURN NONE; }",
                ["displaced": .array(displaced), "id": row["id"], "fields": .object(fields)]
            )
            return true
        }
    }

    func reprocess(named fullName: String, force: Bool) async throws(StoreError) -> Bool {
        let ids = try await rows(named: fullName).map { $0["id"] }
        guard !ids.isEmpty else { return false }
        _ = try await database.run(Self.enqueue("$ids"), ["ids": .array(ids), "force": .bool(force)])
        return true
    }

    /// Makes the repos that `ids` names due, whatever state their jobs are in.
    private static func enqueue(_ ids: String) -> String {
        """
        FOR $id IN \(ids) {
          UPSERT embedding_job:[record::id($id)] SET repo = $id, gen = (gen ?? 0) + 1, status = "pending",
            due_at = time::now(), attempts = 0, claim = NONE, error = NONE, failed_at = NONE,
            force = $force OR (force ?? false) RETURN NONE;
        };
        """
    }

    func reprocess(_ scope: ReprocessScope, model: EmbeddingModel) async throws(StoreError) -> Int {
        var enqueued = 0
        var cursor: SurrealRecordID?
        repeat {
            var variables: [String: SurrealValue] = [
                "limit": SurrealValue(Self.pageSize), "fingerprint": .string(model.fingerprint),
                "owner": SurrealValue(scope.owner?.lowercased()),
                "language": SurrealValue(scope.language?.lowercased()), "force": .bool(scope.force),
            ]
            if let cursor { variables["after"] = cursor.key }
            let page = try await database.value(Self.reprocessPage(scope.kind, after: cursor != nil), variables)
            enqueued += page["enqueued"].int ?? 0
            cursor = page["last"].recordID
        } while cursor != nil
        return enqueued
    }

    private static func reprocessPage(_ kind: ReprocessScope.Kind, after cursor: Bool) -> String {
        let condition =
            switch kind {
            case .missing: "embedding_fingerprint = NONE"
            case .stale: "embedding_fingerprint != NONE AND embedding_fingerprint != $fingerprint"
            case .failed: "embedding_job:[record::id(id)].status = \"failed\""
            case .all: "true"
            }
        return """
            {
              LET $page = (SELECT id, embedding_fingerprint, language, owner
                FROM \(cursor ? "type::thing('repo', $after>..)" : "repo") LIMIT $limit);
              LET $chosen = (SELECT VALUE id FROM $page WHERE \(condition)
                AND ($owner = NONE OR string::lowercase(<string> (owner.login ?? owner ?? "")) = $owner)
                AND ($language = NONE OR string::lowercase(<string> (language ?? "")) = $language));
              \(enqueue("$chosen"))
              RETURN { last: array::last($page).id, enqueued: array::len($chosen) };
            }
            """
    }

    func failures(
        limit: Int,
        cursor: String?,
        includesPrivate: Bool
    ) async throws(StoreError) -> (failures: [FailedRepo], next: String?) {
        var variables: [String: SurrealValue] = ["limit": SurrealValue(limit + 1)]
        if let cursor {
            guard let after = Cursor.record(cursor) else {
                throw StoreError(.invalidArgument, "this cursor was not given by a page")
            }
            variables["after"] = .recordID(after)
        }
        let rows = try await database.rows(
            """
            SELECT id, attempts, error, failed_at, repo.full_name AS full_name FROM embedding_job
              WHERE status = "failed"\(cursor == nil ? "" : " AND id > $after")
              \(includesPrivate ? "" : "AND repo.is_private != true") LIMIT $limit
            """,
            variables
        )
        let page = rows.prefix(limit)
        let next = rows.count > limit ? page.last?["id"].recordID.map(Cursor.text) : nil
        return (page.map(Self.failure), next)
    }

    private static func failure(_ row: SurrealValue) -> FailedRepo {
        FailedRepo(
            fullName: row["full_name"].string ?? "",
            attempts: row["attempts"].int ?? 0,
            error: row["error"].string ?? "",
            failedAt: Timestamp(row["failed_at"])?.text ?? ""
        )
    }

    func retryFailures() async throws(StoreError) -> Int {
        try await database.rows(
            """
            UPDATE (SELECT VALUE id FROM embedding_job WHERE status = "failed") SET status = "pending",
              due_at = time::now(), attempts = 0, error = NONE, failed_at = NONE WHERE status = "failed"
              RETURN VALUE gen
            """,
            timeout: .seconds(120)
        ).count
    }
}

/// A record id as a client sees it: hexadecimal, without meaning.
enum Cursor {
    static func text(_ record: SurrealRecordID) -> String {
        record.encoded.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    static func record(_ text: String) -> SurrealRecordID? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2), digits.count <= 2048 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return try? SurrealRecordID(encoded: bytes)
    }
}
