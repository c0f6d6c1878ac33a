import DateTime
import EmbeddingCore
import SurrealDB

/// The repo table. Rows of any id form are found by name, without case: embed-star's own by their id, others through
/// `repo_name`, which an event keeps.
struct SurrealRepoStore: RepoStore {
    let database: Database
    let reader: RowReader
    private let writes = AsyncMutex()
    private(set) var includesPrivate = true

    init(database: Database, reader: RowReader) {
        self.database = database
        self.reader = reader
    }

    var publicOnly: any RepoStore {
        var store = self
        store.includesPrivate = false
        return store
    }

    /// What is to hold of rows, so that one that has just become private is left alone.
    var isVisible: String { includesPrivate ? "true" : "is_private != true" }

    /// Rows in one write at most.
    private static let batchSize = 1000
    /// Repos of one owner at most.
    private static let ownersRepos = 10_000
    /// Rows in one page of a bulk reprocess.
    private static let pageSize = 500
    private static let storedFields = RepoRow.fields + ", github_id, embedding_fingerprint"

    func ping() async throws(StoreError) {
        try await database.presence.probe { () async throws(StoreError) in
            let state = try await SchemaState.read(database.forProbes, timeout: .seconds(5))
            guard let state else { throw StoreError(.schema, "the namespace or the database does not exist") }
            if let fault = state.fault(of: EmbeddedTables()) { throw StoreError(.schema, fault) }
        }
    }

    func upsert(_ repos: [RepoUpdate]) async throws(StoreError) -> UpsertCounts {
        var counts = UpsertCounts()
        for batch in repos.batches(count: Self.batchSize, size: UpsertPlan.bytes) {
            counts += try await writes.run { () async throws(StoreError) in try await write(batch) }
        }
        return counts
    }

    func forget(_ repos: [RepoUpdate]) async throws(StoreError) -> Int {
        try await writes.run { () async throws(StoreError) in
            var removed = 0
            _ = try await write(repos[...]) { plan in removed = repos.count { plan.remove($0) } }
            return removed
        }
    }

    private func write(_ batch: ArraySlice<RepoUpdate>) async throws(StoreError) -> UpsertCounts {
        try await write(batch) { plan in
            for update in batch { plan.add(update, includingPrivate: includesPrivate) }
        }
    }

    /// Another program may create a row between our look and our write: then we look again.
    private func write(
        _ batch: ArraySlice<RepoUpdate>,
        _ decide: (inout UpsertPlan) -> Void
    ) async throws(StoreError) -> UpsertCounts {
        for _ in 0..<3 {
            var plan = try await plan(for: batch)
            decide(&plan)
            if plan.isEmpty { return plan.counts }
            do throws(SurrealError) {
                _ = try await database.attempt(UpsertPlan.statement, plan.variables, timeout: .seconds(120))
                return plan.counts
            } catch {
                guard error.fault == .alreadyExists else { throw StoreError(error) }
            }
        }
        throw StoreError(.conflict, "other programs keep creating the same repos at the same time")
    }

    private func plan(for batch: ArraySlice<RepoUpdate>) async throws(StoreError) -> UpsertPlan {
        let names = batch.flatMap { [$0.fullName, $0.formerName].compactMap(\.self) }
        let identities = batch.compactMap(\.githubID)
        let rows = try await stored(names, identities, Self.storedFields, orElse: RepoRow.essentials)
        guard !identities.isEmpty else { return UpsertPlan(rows: rows, random: SystemRandomNumberGenerator()) }
        let absences = try await database.rows(
            RepoIdentities.absences,
            ["identities": .array(identities.map { .recordID(RepoIdentities.record($0)) })]
        )
        let known = absences.compactMap { absence -> (Int, Timestamp)? in
            guard let identity = absence["key"][0].int, let time = Timestamp(absence["gone_at"]) else { return nil }
            return (identity, time)
        }
        return UpsertPlan(
            rows: rows,
            absences: Dictionary(known) { first, _ in first },
            random: SystemRandomNumberGenerator()
        )
    }

    /// The rows stored under the names and the numbers, and those that have the ids the names would get.
    private func stored(
        _ names: [String],
        _ identities: [Int],
        _ fields: String,
        orElse fewer: String? = nil
    ) async throws(StoreError) -> [SurrealValue] {
        let variables: [String: SurrealValue] = [
            "ids": .array(names.map { .recordID(UpsertPlan.id(named: $0)) }),
            "names": .array(names.map { .recordID(UpsertPlan.nameID($0)) }),
            "identities": .array(identities.map { .recordID(RepoIdentities.record($0)) }),
        ]
        return try await reader.select(fields, orElse: fewer, variables) {
            """
            SELECT \($0) FROM array::distinct(array::concat($ids, array::concat((SELECT VALUE repo FROM $names),
              (SELECT VALUE repo FROM $identities WHERE repo != NONE)))) WHERE id != NONE
            """
        }
    }

    /// The rows of that name alone; more than one if somebody else made it so.
    private func rows(
        named fullName: String,
        _ fields: String = RepoRow.essentials,
        orElse fewer: String? = nil
    ) async throws(StoreError) -> [SurrealValue] {
        let name = fullName.lowercased()
        return try await stored([fullName], [], fields, orElse: fewer).filter {
            $0["full_name"].string?.lowercased() == name && (includesPrivate || $0["is_private"].bool != true)
        }
    }

    func repo(named fullName: String) async throws(StoreError) -> StoredRepo? {
        let rows = try await rows(named: fullName, StoredRepoRow.fields, orElse: StoredRepoRow.essentials)
        return rows.lazy.compactMap(StoredRepoRow.repo).first
    }

    func delete(named fullName: String) async throws(StoreError) -> Bool {
        try await writes.run { () async throws(StoreError) in
            let ids = try await rows(named: fullName).map { $0["id"] }
            guard !ids.isEmpty else { return false }
            _ = try await database.run("DELETE $ids WHERE \(isVisible) RETURN NONE", ["ids": .array(ids)])
            return true
        }
    }

    func rename(owner: String, to newOwner: String) async throws(StoreError) -> Int {
        let holders = try await identities(ofOwner: newOwner).map { ($0.lowercased(), $1) }
        let known = Dictionary(holders) { first, _ in first }
        let updates = try await identities(ofOwner: owner).compactMap { name, identity -> RepoUpdate? in
            var update = RepoUpdate(fullName: newOwner + name.dropFirst(owner.count))
            // The news tells no time: where another repo has the name already, it is old.
            if let identity, let holder = known[update.fullName.lowercased()] ?? nil, holder != identity {
                return nil
            }
            update.formerName = name
            update.githubID = identity
            return update
        }
        return try await upsert(updates).changed
    }

    /// The repos of an owner by their names, with their numbers as far as they are known.
    private func identities(ofOwner owner: String) async throws(StoreError) -> [(String, Int?)] {
        let start = owner.lowercased() + "/"
        // The sign after the slash ends the range of all names that begin with it.
        let end = owner.lowercased() + "0"
        let variables: [String: SurrealValue] = [
            "start": .string(start), "end": .string(end), "first": .array([.string(start)]),
            "last": .array([.string(end)]), "limit": SurrealValue(Self.ownersRepos),
        ]
        let rows = try await reader.select("id, full_name, github_id", variables) {
            """
            SELECT \($0) FROM array::distinct(array::concat(
              (SELECT VALUE id FROM \(Paging.range("$start..$end", of: "repo"))),
              (SELECT VALUE repo FROM \(Paging.range("$first..$last", of: "repo_name"))))) WHERE id != NONE
            """
        }
        return rows.compactMap { row in
            guard let name = row["full_name"].string, name.lowercased().hasPrefix(start) else { return nil }
            return (name, row["github_id"].int)
        }
    }

    func reprocess(named fullName: String, force: Bool) async throws(StoreError) -> Bool {
        let ids = try await rows(named: fullName).map { $0["id"] }
        guard !ids.isEmpty else { return false }
        _ = try await database.run(
            JobTable.enqueueEach(of: "$ids", in: "repo"),
            ["ids": .array(ids), "force": .bool(force)]
        )
        return true
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
            let page = try await database.value(reprocessPage(scope.kind, after: cursor != nil), variables)
            enqueued += page["enqueued"].count ?? 0
            cursor = page["last"].recordID
        } while cursor != nil
        return enqueued
    }

    private func reprocessPage(_ kind: ReprocessScope.Kind, after cursor: Bool) -> String {
        let job = JobTable.job(of: "id", in: "repo")
        let condition =
            switch kind {
            case .missing: "embedding_fingerprint = NONE"
            case .stale: "embedding_fingerprint != NONE AND embedding_fingerprint != $fingerprint"
            case .failed: "\(job).status = \(JobTable.Status.failed.literal)"
            case .all: "true"
            }
        return """
            {
              LET $page = (SELECT id, embedding_fingerprint, language, owner, is_private
                FROM \(Paging.page(of: "repo", after: cursor)));
              LET $chosen = (SELECT VALUE id FROM $page WHERE \(isVisible) AND \(condition)
                AND ($owner = NONE OR string::lowercase(<string> (owner.login ?? owner ?? "")) = $owner)
                AND ($language = NONE OR string::lowercase(<string> (language ?? "")) = $language));
              \(JobTable.enqueueEach(of: "$chosen", in: "repo"))
              RETURN { last: array::last($page).id, enqueued: array::len($chosen) };
            }
            """
    }
}
