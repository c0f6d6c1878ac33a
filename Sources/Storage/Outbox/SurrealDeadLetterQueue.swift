import DateTime
import EmbeddingCore
import SurrealDB

/// Jobs with the status `failed`.
struct SurrealDeadLetterQueue: DeadLetterQueue {
    let database: Database
    let tables: EmbeddedTables

    func page(
        limit: Int,
        cursor: String?,
        includesPrivate: Bool
    ) async throws(StoreError) -> (letters: [DeadLetter], next: String?) {
        var variables: [String: SurrealValue] = ["limit": SurrealValue(limit + 1)]
        if let cursor {
            guard let after = Cursor.record(cursor) else {
                throw StoreError(.invalidArgument, "this cursor was not given by a page")
            }
            variables["after"] = .recordID(after)
        }
        let privacy = includesPrivate ? [] : Array(Set(tables.all.map(\.privacy))).sorted()
        let rows = try await database.rows(
            JobTable.failed(after: cursor != nil, labels: tables.labels, excluding: privacy),
            variables
        )
        let page = rows.prefix(limit)
        let next = rows.count > limit ? page.last?["id"].recordID.map(Cursor.text) : nil
        return (page.map(letter), next)
    }

    private func letter(_ job: SurrealValue) -> DeadLetter {
        DeadLetter(
            label: tables.all.lazy.compactMap { job["row"][$0.label].string }.first ?? "",
            attempts: job["attempts"].int ?? 0,
            error: job["error"].string ?? "",
            failedAt: Timestamp(job["failed_at"])?.text ?? ""
        )
    }

    func retryAll() async throws(StoreError) -> Int {
        try await database.rows(JobTable.retryFailed, timeout: .seconds(120)).count
    }
}
