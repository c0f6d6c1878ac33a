import DateTime
import EmbeddingCore
import SurrealDB

/// Jobs with the status `failed`.
struct SurrealDeadLetterQueue: DeadLetterQueue {
    let database: Database
    let reader: RowReader
    let tables: EmbeddedTables

    private static let question = "failures"

    func page(
        limit: Int,
        cursor: String?,
        includesPrivate: Bool
    ) async throws(StoreError) -> (letters: [DeadLetter], next: String?) {
        var variables: [String: SurrealValue] = ["limit": SurrealValue(limit + 1)]
        if let cursor {
            guard let place = PageCursor.place(cursor, of: Self.question),
                let after = try? SurrealRecordID(encoded: place), after.table == "embedding_job"
            else {
                throw StoreError(.invalidArgument, "this cursor does not belong to this listing")
            }
            variables["after"] = .recordID(after)
        }
        let hidden = hidden(includesPrivate: includesPrivate)
        let rows = try await reader.select(
            JobTable.letterFields + ", repo.{ \(tables.labels) } AS row",
            orElse: JobTable.letterFields,
            variables
        ) { JobTable.failed($0, after: cursor != nil, excluding: hidden) }
        let page = rows.prefix(limit)
        let next =
            rows.count > limit ? page.last?["id"].recordID.map { PageCursor.text($0.encoded, of: Self.question) } : nil
        return (page.map(letter), next)
    }

    private func letter(_ job: SurrealValue) -> DeadLetter {
        DeadLetter(
            label: tables.all.lazy.compactMap { job["row"][$0.label].string }.first ?? "",
            attempts: job["attempts"].count ?? 0,
            error: job["error"].string ?? "",
            failedAt: Timestamp(job["failed_at"])?.text ?? ""
        )
    }

    func retryAll(includesPrivate: Bool) async throws(StoreError) -> Int {
        let statement = JobTable.retryFailed(excluding: hidden(includesPrivate: includesPrivate))
        return try await database.rows(statement, timeout: .seconds(120)).count
    }

    /// The fields of which none may be true.
    private func hidden(includesPrivate: Bool) -> [String] {
        includesPrivate ? [] : Set(tables.all.map(\.privacy)).sorted()
    }
}
