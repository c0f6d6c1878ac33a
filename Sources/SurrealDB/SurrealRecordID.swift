/// The id of a record. `repo:5` and `repo:"5"` are two.
package struct SurrealRecordID: Sendable, Hashable {
    package var table: String
    /// An integer, a string, a UUID, an array or an object.
    package var key: SurrealValue

    package init(table: String, key: SurrealValue) {
        self.table = table
        self.key = key
    }

    /// As on the wire; the same bytes for equal ids, as the fields of objects are put in order.
    package var encoded: [UInt8] {
        var encoder = CBOREncoder()
        encoder.append(.recordID(self))
        return encoder.bytes
    }

    private var hasKey: Bool {
        switch key {
        case .int, .string, .uuid, .array, .floats, .object: true
        default: false
        }
    }

    /// - Throws: `SurrealError` with `.badResponse` for bytes that are no record id.
    package init(encoded: [UInt8]) throws(SurrealError) {
        let value: SurrealValue
        do throws(CBORError) {
            value = try CBORDecoder.decode(encoded)
        } catch {
            throw SurrealError(.badResponse, "not a record id: \(error)")
        }
        guard let id = value.recordID, id.hasKey else { throw SurrealError(.badResponse, "not a record id") }
        self = id
    }
}
