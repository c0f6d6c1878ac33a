import EmbeddingCore
import SurrealDB

/// The walk through the tables for rows without job whose vector is not that of their text. Each text is made and hashed
/// as for a claim, since a restored row may name the model in use and keep the vector of another text.
extension SurrealJobQueue {
    func backfill(
        after cursor: DocumentID?,
        limit: Int,
        model: EmbeddingModel
    ) async throws(StoreError) -> (next: DocumentID?, enqueued: Int) {
        if cursor == nil { _ = try await database.run(JobTable.forgetOrphans) }
        var after = try cursor?.record()
        var enqueued = 0
        for table in tables.all.drop(while: { table in after.map { $0.table != table.name } ?? false }) {
            let page = try await backfill(table, after: after, limit, model)
            enqueued += page.enqueued
            if let next = page.next { return (next, enqueued) }
            after = nil
        }
        return (nil, enqueued)
    }

    private func backfill(
        _ table: EmbeddedTable,
        after cursor: SurrealRecordID?,
        _ limit: Int,
        _ model: EmbeddingModel
    ) async throws(StoreError) -> (next: DocumentID?, enqueued: Int) {
        let page = try await reader.page(
            "id, \(table.fields.joined(separator: ", ")), embedding_fingerprint, embedding_text_hash",
            of: table.name,
            after: cursor,
            limit: limit
        )
        let next = page.count < limit ? nil : page.last?["id"].recordID.map { DocumentID($0) }
        let stale = page.filter { row in
            row["embedding_fingerprint"].string != model.fingerprint
                || row["embedding_text_hash"].string != table.document(row)?.textHash
        }
        guard !stale.isEmpty else { return (next, 0) }
        let new = try await database.rows(
            JobTable.enqueueMissing("$rows", in: table.name),
            ["rows": .array(stale.map { .object(["id": $0["id"]]) })]
        )
        return (next, new.count)
    }
}
