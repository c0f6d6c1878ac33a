import CSQLite

/// A value of a statement's parameter.
enum SQLiteValue {
    case integer(Int)
    case text(String)
    case blob([UInt8])
    case null

    static func text(_ string: String?) -> SQLiteValue { string.map { .text($0) } ?? .null }
}

/// A compiled statement.
final class SQLiteStatement {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    /// Runs to the end with these values for `?1`, `?2`, ….
    func run(_ values: SQLiteValue...) throws(SQLiteError) {
        try query(values) { _ in }
    }

    /// Calls `row` for each row of the answer.
    func query(_ values: [SQLiteValue], row: (borrowing SQLiteRow) -> Void) throws(SQLiteError) {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        for (offset, value) in values.enumerated() { try bind(value, at: Int32(offset + 1)) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: row(SQLiteRow(handle))
            case SQLITE_DONE: return
            case let code: throw error("sqlite3_step", code)
            }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) throws(SQLiteError) {
        let code =
            switch value {
            case .integer(let integer): sqlite3_bind_int64(handle, index, Int64(integer))
            case .text(let text): embedstar_sqlite_bind_text(handle, index, text, Int32(clamping: text.utf8.count))
            case .blob(let bytes): embedstar_sqlite_bind_blob(handle, index, bytes, Int32(clamping: bytes.count))
            case .null: sqlite3_bind_null(handle, index)
            }
        guard code == SQLITE_OK else { throw error("sqlite3_bind", code) }
    }

    private func error(_ operation: String, _ code: Int32) -> SQLiteError {
        SQLiteError(
            operation: operation,
            code: code,
            message: String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
        )
    }
}

/// The present row of a statement, valid until its next step.
struct SQLiteRow: ~Copyable {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

    func blob(_ column: Int32) -> [UInt8] {
        Array(
            UnsafeRawBufferPointer(
                start: sqlite3_column_blob(handle, column),
                count: Int(sqlite3_column_bytes(handle, column))
            )
        )
    }

    func text(_ column: Int32) -> String? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
