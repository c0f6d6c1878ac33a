import EmbeddingCore
import Logging
import SurrealDB
import Synchronization
import Telemetry

/// Reads rows that other programs wrote. What fails a statement that reads it (a NUL in a text with SurrealDB 2, lists a
/// hundred deep, megabytes beside others) must not keep the rows beside it from being read: it is looked for by halving,
/// counted, named in the log, and stands in the answer as a row without fields.
final class RowReader: Sendable {
    private let database: Database
    private let unreadable: Counter
    private let logger: Logger
    /// Those that the log has named, some of them.
    private let named = Mutex<Set<SurrealRecordID>>([])

    /// The member that is true in what stands for an unreadable row.
    static let mark = "unreadable"
    /// Unreadable rows of one page at most; with more, it is not the rows that are to blame.
    private static let mostUnreadable = 20
    private static let mostNamed = 1000
    private static let timeout = Duration.seconds(60)

    init(database: Database, metrics: MetricsRegistry, logger: Logger) {
        self.database = database
        self.logger = logger
        unreadable = metrics.counter("rows_unreadable_total", "Rows that could not be read and were left out.")
    }

    /// Rows of a table after `cursor`, in order of their ids.
    func page(
        _ fields: String,
        of table: String,
        after cursor: SurrealRecordID?,
        limit: Int,
        _ variables: [String: SurrealValue] = [:]
    ) async throws(StoreError) -> [SurrealValue] {
        var variables = variables
        variables["limit"] = SurrealValue(limit)
        if let cursor { variables["after"] = cursor.key }
        let page = Paging.page(of: table, after: cursor != nil)
        do throws(StoreError) {
            return try await database.rows(
                "SELECT \(fields) FROM \(page)",
                variables,
                timeout: Self.timeout
            )
        } catch {
            guard Self.mayBeOfARow(error) else { throw error }
        }
        let ids = try await database.rows("SELECT VALUE id FROM \(page)", variables)
        return try await rows(ids, fields, variables)
    }

    /// The rows of the ids that there are.
    func rows(
        _ ids: [SurrealValue],
        _ fields: String,
        _ variables: [String: SurrealValue] = [:]
    ) async throws(StoreError) -> [SurrealValue] {
        var left = Self.mostUnreadable
        return try await rows(ids[...], fields, variables, &left)
    }

    /// Whether a statement that reads rows may have failed because of one of them.
    static func mayBeOfARow(_ error: StoreError) -> Bool { error.code == .badResponse || error.code == .rejected }

    private func rows(
        _ ids: ArraySlice<SurrealValue>,
        _ fields: String,
        _ variables: [String: SurrealValue],
        _ left: inout Int
    ) async throws(StoreError) -> [SurrealValue] {
        do throws(StoreError) {
            return try await database.rows(
                "SELECT \(fields) FROM $ids WHERE id != NONE",
                variables.merging(["ids": .array(Array(ids))]) { $1 },
                timeout: Self.timeout
            )
        } catch {
            guard Self.mayBeOfARow(error), left > 0 else { throw error }
            guard ids.count > 1 else {
                left -= 1
                return ids.map { note($0, error) }
            }
        }
        let middle = ids.startIndex + ids.count / 2
        let first = try await rows(ids[..<middle], fields, variables, &left)
        return first + (try await rows(ids[middle...], fields, variables, &left))
    }

    private func note(_ id: SurrealValue, _ error: StoreError) -> SurrealValue {
        unreadable.increment()
        if let record = id.recordID {
            let isNew = named.withLock { $0.count < Self.mostNamed && $0.insert(record).inserted }
            if isNew {
                let key = String((record.key.string ?? "\(record.key)").unicodeScalars.prefix(200))
                logger.warning(
                    "a row cannot be read and is skipped",
                    metadata: ["row": "\(record.table):\(key)", "error": "\(error)"]
                )
            }
        }
        return .object(["id": id, Self.mark: true])
    }
}
