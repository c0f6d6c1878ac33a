import EmbeddingCore
import Logging
import SurrealDB
import Synchronization
import Telemetry

/// Reads rows that other programs wrote. What fails a statement that reads it (a NUL in a text with SurrealDB 2, lists a
/// hundred deep, megabytes beside others) must not keep the rows beside it from being read: it is looked for by halving,
/// counted, named in the log, and stands in the answer as a row without fields, or with the few that can be read.
final class RowReader: Sendable {
    private let database: Database
    private let unreadable: Counter
    private let logger: Logger
    /// Those that the log has named, some of them.
    private let named = Mutex<Set<SurrealRecordID>>([])

    /// The member that is true in what stands for an unreadable row; no field of another program's is called so.
    static let mark = "embed_star:unreadable"
    private static let mostNamed = 1000
    private static let timeout = Duration.seconds(60)

    init(database: Database, metrics: MetricsRegistry, logger: Logger) {
        self.database = database
        self.logger = logger
        unreadable = metrics.counter("rows_unreadable_total", "Rows that could not be read, each time one was met.")
    }

    /// Rows of a table after `cursor`, in order of their ids.
    func page(
        _ fields: String,
        orElse fewer: String? = nil,
        of table: String,
        after cursor: SurrealRecordID?,
        limit: Int,
        _ variables: [String: SurrealValue] = [:],
        timeout: Duration = RowReader.timeout
    ) async throws(StoreError) -> [SurrealValue] {
        var variables = variables
        variables["limit"] = SurrealValue(limit)
        if let cursor { variables["after"] = cursor.key }
        let page = Paging.page(of: table, after: cursor != nil)
        return try await select(fields, orElse: fewer, variables, timeout: timeout) { "SELECT \($0) FROM \(page)" }
    }

    /// The rows that a statement finds.
    /// - Parameters:
    ///   - fewer: what is read of a row of which `fields` cannot be; nil for nothing.
    ///   - statement: selects what it is given.
    func select(
        _ fields: String,
        orElse fewer: String? = nil,
        _ variables: [String: SurrealValue],
        timeout: Duration? = nil,
        _ statement: (_ fields: String) -> String
    ) async throws(StoreError) -> [SurrealValue] {
        try await answer(fields, orElse: fewer, variables, timeout: timeout, rows: { $0 }, statement).rows
    }

    /// What a statement answers, and the rows that it finds.
    /// - Parameters:
    ///   - own: the same as `fields` of a row of the table, where the statement selects from something else.
    ///   - rows: where they are in the answer.
    func answer(
        _ fields: String,
        ofRow own: String? = nil,
        orElse fewer: String? = nil,
        _ variables: [String: SurrealValue],
        timeout: Duration? = nil,
        rows: (SurrealValue) -> SurrealValue,
        _ statement: (_ fields: String) -> String
    ) async throws(StoreError) -> (answer: SurrealValue, rows: [SurrealValue]) {
        do throws(StoreError) {
            let answer = try await database.value(statement(fields), variables, timeout: timeout)
            return (answer, try Database.rows(of: rows(answer)))
        } catch {
            guard Self.mayBeOfARow(error) else { throw error }
        }
        let answer = try await database.value(statement("VALUE id"), variables, timeout: timeout)
        let ids = try Database.rows(of: rows(answer))
        return (answer, try await self.rows(ids, own ?? fields, orElse: fewer, variables))
    }

    /// The rows of the ids that there are.
    func rows(
        _ ids: [SurrealValue],
        _ fields: String,
        orElse fewer: String? = nil,
        _ variables: [String: SurrealValue] = [:]
    ) async throws(StoreError) -> [SurrealValue] {
        var halving = RowHalving(fields: fields, fewer: fewer, note: note) { (fields, ids) async throws(StoreError) in
            try await self.database.rows(
                "SELECT \(fields) FROM $ids WHERE id != NONE",
                variables.merging(["ids": .array(ids)]) { $1 },
                timeout: Self.timeout
            )
        }
        return try await halving.rows(ids[...])
    }

    /// Whether a statement that reads rows may have failed because of one of them.
    static func mayBeOfARow(_ error: StoreError) -> Bool { error.code == .badResponse || error.code == .rejected }

    private func note(_ id: SurrealValue, _ error: StoreError) {
        unreadable.increment()
        guard let record = id.recordID else { return }
        guard named.withLock({ $0.count < Self.mostNamed && $0.insert(record).inserted }) else { return }
        let key = String((record.key.string ?? "\(record.key)").unicodeScalars.prefix(200))
        logger.warning(
            "a row cannot be read and is skipped",
            metadata: ["row": "\(record.table):\(key)", "error": "\(error)"]
        )
    }
}
