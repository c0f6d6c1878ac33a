import EmbeddingCore
import SurrealDB

/// Reads rows, and looks by halving for those that make a statement fail.
struct RowHalving {
    typealias Read = (_ fields: String, _ ids: [SurrealValue]) async throws(StoreError) -> [SurrealValue]

    private let fields: String
    private let fewer: String?
    private let note: (_ id: SurrealValue, _ error: StoreError) -> Void
    private let read: Read
    private var failures = 0

    /// So many unreadable rows may be the statement's fault, or the database's, and not theirs.
    private static let suspicious = 20

    /// - Parameters:
    ///   - fewer: what is read of a row of which `fields` cannot be; nil for nothing.
    ///   - note: is told of each such row.
    ///   - read: reads fields of rows, in one statement.
    init(
        fields: String,
        fewer: String?,
        note: @escaping (_ id: SurrealValue, _ error: StoreError) -> Void,
        read: @escaping Read
    ) {
        self.fields = fields
        self.fewer = fewer
        self.note = note
        self.read = read
    }

    mutating func rows(_ ids: ArraySlice<SurrealValue>) async throws(StoreError) -> [SurrealValue] {
        do throws(StoreError) {
            return try await read(fields, Array(ids))
        } catch {
            guard RowReader.mayBeOfARow(error), let first = ids.first else { throw error }
            if ids.count == 1 { return try await remains(of: first, error) }
        }
        let middle = ids.startIndex + ids.count / 2
        let first = try await rows(ids[..<middle])
        return first + (try await rows(ids[middle...]))
    }

    private mutating func remains(of id: SurrealValue, _ error: StoreError) async throws(StoreError) -> [SurrealValue] {
        failures += 1
        // Without any row the statement must succeed.
        if failures == Self.suspicious { _ = try await read(fields, []) }
        note(id, error)
        if let fewer {
            do throws(StoreError) { return try await read(fewer, [id]) } catch {
                guard RowReader.mayBeOfARow(error) else { throw error }
            }
        }
        return [.object(["id": id, RowReader.mark: true])]
    }
}
