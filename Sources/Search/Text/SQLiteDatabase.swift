import CSQLite

/// One SQLite database in memory. To be used from one thread at a time.
final class SQLiteDatabase {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    /// Statements kept, at most.
    private static let mostStatements = 100

    init() throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(":memory:", &handle, flags, nil)
        guard code == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw SQLiteError(operation: "sqlite3_open_v2", code: code)
        }
        self.handle = handle
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that take no values and give no rows.
    func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error("sqlite3_exec", code) }
    }

    /// Compiles one statement, to be kept and used many times.
    func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error("sqlite3_prepare_v3", code) }
        return SQLiteStatement(statement)
    }

    /// The statement of this text, compiled at its first use.
    func prepared(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        if statements.count >= Self.mostStatements { statements = [:] }
        let statement = try prepare(sql)
        statements[sql] = statement
        return statement
    }

    private func error(_ operation: String, _ code: Int32) -> SQLiteError {
        SQLiteError(operation: operation, code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// What SQLite refused, with its result code (https://sqlite.org/rescode.html).
struct SQLiteError: Error, CustomStringConvertible {
    let operation: String
    let code: Int32
    var message = ""

    var description: String { "\(operation): \(message) (SQLite result \(code))" }
}
