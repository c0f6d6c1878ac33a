import EmbeddingCore
import SurrealDB

/// Follows the repo table through the change log. The ids of the log are made when a change is written, not when it
/// is committed, so the log is read up to a second ago: by then what was written has been committed, too. A change
/// of a transaction that takes longer is seen when its repo's vector is written, by those who follow vectors. Where
/// nothing happens the position follows the time, so that it does not become older than the log.
struct SurrealRepoFeed: RepoFeed {
    let database: Database
    let reader: RowReader

    /// How long after it is written a change is taken for committed.
    var settling = Duration.seconds(1)

    func page(
        after cursor: DocumentID?,
        limit: Int,
        vectorsOf model: EmbeddingModel?
    ) async throws(StoreError) -> [FeedRow] {
        let rows = try await reader.page(
            Self.fields(withVectors: model != nil),
            of: "repo",
            after: try cursor?.record(),
            limit: limit,
            Self.variables(limit: limit, model)
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
        vectorsOf model: EmbeddingModel?
    ) async throws(StoreError) -> (changes: [FeedChange], position: FeedPosition) {
        guard let position else {
            let now = try await database.value(
                "RETURN [rand::ulid(time::now() - $settling), \(Epoch.current)]",
                ["settling": .duration(settling)]
            )
            return ([], Self.position(now[0].string ?? "", epoch: now[1].string ?? ""))
        }
        let parts = String(decoding: position.encoded, as: UTF8.self).split(separator: " ", maxSplits: 1)
        let epoch = parts.count > 1 ? String(parts[1]) : ""
        var variables = Self.variables(limit: limit, model)
        // An entry of vectors has many rows, which are read all or none.
        if model != nil { variables["limit"] = SurrealValue(max(1, limit / ChangeLog.rowsPerEntry)) }
        variables["after"] = .string(parts.first.map(String.init) ?? "")
        variables["epoch"] = .string(epoch)
        variables["settling"] = .duration(settling)
        variables["retention"] = .duration(ChangeLog.retention)
        variables["refreshing"] = .duration(ChangeLog.retention / 2)
        // What happened, and the rows as they are now.
        let (answer, rows) = try await reader.answer(
            Self.fields(withVectors: model != nil),
            variables,
            rows: { $0["rows"] },
            { Self.changesStatement($0, withVectors: model != nil) }
        )
        guard answer["isEpoch"].bool == true else {
            throw StoreError(.rejected, "rows may have changed unnoticed: reload the table")
        }
        guard answer["isKept"].bool == true else {
            throw StoreError(.rejected, "the position is older than the log of changes: reload the table")
        }
        guard let last = answer["last"].string else { return ([], position) }
        return (try Self.changes(answer["repos"], rows), Self.position(last, epoch: epoch))
    }

    private static func position(_ id: String, epoch: String) -> FeedPosition {
        FeedPosition(encoded: Array("\(id) \(epoch)".utf8))
    }

    private static func changesStatement(_ fields: String, withVectors: Bool) -> String {
        """
        {
          LET $until = rand::ulid(time::now() - $settling);
          LET $log = (SELECT record::id(id) AS at, repos ?? [repo] AS repos, kind
            FROM \(Paging.range("$after>..$until", of: "embedding_change")));
          LET $repos = array::distinct(array::flatten(
            (SELECT VALUE repos FROM $log\(withVectors ? "" : " WHERE kind != 'EMBED'"))
          ));
          RETURN {
            isKept: $after > rand::ulid(time::now() - $retention), isEpoch: (\(Epoch.current) ?? "") = $epoch,
            repos: $repos,
            last: array::last($log).at ?? IF $after < rand::ulid(time::now() - $refreshing) { $until },
            rows: (SELECT \(fields) FROM $repos)
          };
        }
        """
    }

    private static func fields(withVectors: Bool) -> String {
        guard withVectors else { return RepoRow.fields }
        return RepoRow.fields
            + ", IF embedding_fingerprint = $fingerprint { embedding } ELSE { NONE } AS embedding"
    }

    private static func variables(limit: Int, _ model: EmbeddingModel?) -> [String: SurrealValue] {
        ["limit": SurrealValue(limit), "fingerprint": SurrealValue(model?.fingerprint)]
    }

    private static func row(_ row: SurrealValue) throws(StoreError) -> FeedRow? {
        guard let repo = RepoRow.repo(row) else { return nil }
        return FeedRow(id: try RepoRow.id(row), repo: repo, vector: row["embedding"].floats)
    }

    /// A row without a usable name still moves the cursor of a reader on.
    private static func nameless(_ row: SurrealValue) throws(StoreError) -> FeedRow {
        FeedRow(id: try RepoRow.id(row), repo: Repo(fullName: ""), vector: nil)
    }

    private static func changes(
        _ repos: SurrealValue,
        _ rows: [SurrealValue]
    ) throws(StoreError) -> [FeedChange] {
        var found: [DocumentID: FeedRow] = [:]
        for value in rows {
            if let row = try row(value) { found[row.id] = row }
        }
        return (repos.array ?? []).compactMap(\.recordID).filter { $0.table == "repo" }.map { record in
            let id = DocumentID(record)
            return found[id].map(FeedChange.upsert) ?? .delete(id)
        }
    }
}
