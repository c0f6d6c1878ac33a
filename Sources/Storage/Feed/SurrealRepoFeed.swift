import EmbeddingCore
import SurrealDB

/// Follows the repo table through the change log. The ids of the log are made when a change is written, not when it
/// is committed, so the log is read up to a second ago: by then what was written has been committed, too. A change
/// of a transaction that takes longer is seen when its repo's vector is written, by those who follow vectors. Where
/// nothing happens the position follows the time, so that it does not become older than the log.
struct SurrealRepoFeed: RepoFeed {
    let database: Database

    /// How long after it is written a change is taken for committed.
    var settling = Duration.seconds(1)

    func page(
        after cursor: DocumentID?,
        limit: Int,
        model: EmbeddingModel,
        withVectors: Bool
    ) async throws(StoreError) -> [FeedRow] {
        var variables = Self.variables(limit: limit, model)
        if let cursor { variables["after"] = try cursor.record().key }
        let rows = try await database.rows(
            "SELECT \(Self.fields(withVectors: withVectors)) FROM \(Paging.page(of: "repo", after: cursor != nil))",
            variables
        )
        var page: [FeedRow] = []
        for row in rows {
            if let named = try Self.row(row) { page.append(named) } else { page.append(try Self.nameless(row)) }
        }
        return page
    }

    func changes(
        since position: FeedPosition?,
        limit: Int,
        model: EmbeddingModel,
        withVectors: Bool
    ) async throws(StoreError) -> (changes: [FeedChange], position: FeedPosition) {
        guard let position else {
            let now = try await database.value(
                "RETURN rand::ulid(time::now() - $settling)",
                ["settling": .duration(settling)]
            )
            return ([], FeedPosition(encoded: Array((now.string ?? "").utf8)))
        }
        var variables = Self.variables(limit: limit, model)
        variables["after"] = .string(String(decoding: position.encoded, as: UTF8.self))
        variables["settling"] = .duration(settling)
        variables["retention"] = .duration(ChangeLog.retention)
        variables["refreshing"] = .duration(ChangeLog.retention / 2)
        let answer = try await database.value(Self.changesStatement(withVectors: withVectors), variables)
        guard answer["isKept"].bool == true else {
            throw StoreError(.rejected, "the position is older than the log of changes: read the table anew")
        }
        guard let last = answer["last"].string else { return ([], position) }
        return (try Self.changes(answer), FeedPosition(encoded: Array(last.utf8)))
    }

    private static func changesStatement(withVectors: Bool) -> String {
        """
        {
          LET $until = rand::ulid(time::now() - $settling);
          LET $log = (SELECT record::id(id) AS at, repo, kind
            FROM \(Paging.range("$after>..$until", of: "embedding_change")));
          LET $repos = array::distinct((SELECT VALUE repo FROM $log\(withVectors ? "" : " WHERE kind != 'EMBED'")));
          RETURN {
            isKept: $after > rand::ulid(time::now() - $retention), repos: $repos,
            last: array::last($log).at ?? IF $after < rand::ulid(time::now() - $refreshing) { $until },
            rows: (SELECT \(fields(withVectors: withVectors)) FROM $repos)
          };
        }
        """
    }

    private static func fields(withVectors: Bool) -> String {
        guard withVectors else { return RepoRow.fields }
        return RepoRow.fields
            + ", IF embedding_fingerprint = $fingerprint { embedding } ELSE { NONE } AS embedding"
    }

    private static func variables(limit: Int, _ model: EmbeddingModel) -> [String: SurrealValue] {
        ["limit": SurrealValue(limit), "fingerprint": .string(model.fingerprint)]
    }

    private static func row(_ row: SurrealValue) throws(StoreError) -> FeedRow? {
        guard let repo = RepoRow.repo(row) else { return nil }
        return FeedRow(id: try RepoRow.id(row), repo: repo, vector: row["embedding"].floats)
    }

    /// A row without a usable name still moves the cursor of a reader on.
    private static func nameless(_ row: SurrealValue) throws(StoreError) -> FeedRow {
        FeedRow(id: try RepoRow.id(row), repo: Repo(fullName: ""), vector: nil)
    }

    private static func changes(_ answer: SurrealValue) throws(StoreError) -> [FeedChange] {
        var found: [DocumentID: FeedRow] = [:]
        for value in answer["rows"].array ?? [] {
            if let row = try row(value) { found[row.id] = row }
        }
        return (answer["repos"].array ?? []).compactMap(\.recordID).filter { $0.table == "repo" }.map { record in
            let id = DocumentID(record)
            return found[id].map(FeedChange.upsert) ?? .delete(id)
        }
    }
}
