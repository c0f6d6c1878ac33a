import EmbeddingCore
import SurrealDB

/// The walk through the tables for what no event told of: rows without job whose vector is not that of their text, and
/// rows that are no longer what their parked job is about. Each text is made and hashed as for a claim, since a restored
/// row may name the model in use and keep the vector of another text.
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
        let documents = page.map { (row: $0, document: table.document($0)) }
        let stale = documents.filter { row, document in
            row["embedding_fingerprint"].string != model.fingerprint
                || row["embedding_text_hash"].string != document?.textHash
        }
        let new = try await enqueueMissing(stale.map(\.row), table)
        let replaced = try await resumeParked(documents)
        return (next, new + replaced)
    }

    private func enqueueMissing(_ rows: [SurrealValue], _ table: EmbeddedTable) async throws(StoreError) -> Int {
        guard !rows.isEmpty else { return 0 }
        let variables = ["rows": SurrealValue.array(rows.map { .object(["id": $0["id"]]) })]
        return try await database.rows(JobTable.enqueueMissing("$rows", in: table.name), variables).count
    }

    /// Makes parked jobs due whose row is another than the one they were parked for.
    private func resumeParked(_ rows: [(row: SurrealValue, document: Document?)]) async throws(StoreError) -> Int {
        var states: [SurrealValue: String] = [:]
        for (row, document) in rows {
            guard let id = row["id"].recordID else { continue }
            states[JobTable.job(of: id)] = JobTable.parkedFor(document)
        }
        guard !states.isEmpty else { return 0 }
        let parked = try await database.rows(JobTable.parked, ["jobs": .array(Array(states.keys))])
        let replaced = parked.filter { $0["parked_for"].string != states[$0["id"]] }.map { $0["id"] }
        guard !replaced.isEmpty else { return 0 }
        return try await database.rows(JobTable.resumeParked, ["jobs": .array(replaced)]).count
    }
}
