import EmbeddingCore
import SurrealDB

/// The walk through the tables for rows without job and vector.
extension SurrealJobQueue {
    func backfill(
        after cursor: DocumentID?,
        limit: Int,
        model: EmbeddingModel
    ) async throws(StoreError) -> (next: DocumentID?, enqueued: Int) {
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
        var variables: [String: SurrealValue] = [
            "limit": SurrealValue(limit), "fingerprint": .string(model.fingerprint),
        ]
        if let cursor {
            variables["after"] = cursor.key
        } else if try await !hasForeignVectors(table, variables) {
            return (nil, 0)
        }
        let page = try await database.value(Self.page(of: table.name, after: cursor != nil), variables)
        let isLast = (page["size"].int ?? 0) < limit
        return (isLast ? nil : page["last"].recordID.map { DocumentID($0) }, page["enqueued"].int ?? 0)
    }

    /// Whether any row is without a vector of the model, by the index alone.
    private func hasForeignVectors(
        _ table: EmbeddedTable,
        _ variables: [String: SurrealValue]
    ) async throws(StoreError) -> Bool {
        let found = try await database.value(
            """
            RETURN [
              (SELECT VALUE id FROM \(table.name) WHERE embedding_fingerprint = NONE LIMIT 1),
              (SELECT VALUE id FROM \(table.name) WHERE embedding_fingerprint < $fingerprint LIMIT 1),
              (SELECT VALUE id FROM \(table.name) WHERE embedding_fingerprint > $fingerprint LIMIT 1)
            ].flatten();
            """,
            variables
        )
        return found.array?.isEmpty == false
    }

    private static func page(of table: String, after cursor: Bool) -> String {
        let missing = JobTable.enqueueMissing(
            from: "$page",
            in: table,
            where: "embedding_fingerprint != $fingerprint"
        )
        return """
            {
              LET $page = (SELECT id, embedding_fingerprint
                FROM \(Paging.page(of: table, after: cursor)));
              LET $new = (\(missing));
              RETURN { last: array::last($page).id, size: array::len($page), enqueued: array::len($new) };
            }
            """
    }
}
