/// The request line and header fields of one request, kept as the bytes that came in: text is made only of what
/// somebody asks for.
package struct HTTPRequestHead: Sendable {
    /// Where a field's name and value stand in `bytes`.
    package struct FieldRange: Sendable {
        package var name: Range<Int>
        package var value: Range<Int>

        package init(name: Range<Int>, value: Range<Int>) {
            self.name = name
            self.value = value
        }
    }

    /// What does not change, in one place, as a head is handed on and on.
    private final class Storage: Sendable {
        let bytes: [UInt8]
        let pathRange: Range<Int>
        let queryRange: Range<Int>
        let fields: [FieldRange]

        init(bytes: [UInt8], pathRange: Range<Int>, queryRange: Range<Int>, fields: [FieldRange]) {
            self.bytes = bytes
            self.pathRange = pathRange
            self.queryRange = queryRange
            self.fields = fields
        }
    }

    package var method: HTTPMethod
    private let storage: Storage

    package init(
        method: HTTPMethod,
        bytes: [UInt8],
        pathRange: Range<Int>,
        queryRange: Range<Int>,
        fields: [FieldRange]
    ) {
        self.method = method
        storage = Storage(bytes: bytes, pathRange: pathRange, queryRange: queryRange, fields: fields)
    }

    /// A head made by hand, for tests and for requests that come from inside.
    package init(_ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:]) {
        var bytes = Array(target.utf8)
        let question = bytes.firstIndex(of: 0x3F)
        let end = bytes.count
        var ranges: [FieldRange] = []
        for field in headers.fields {
            let start = bytes.count
            bytes += Array(field.name.utf8)
            let middle = bytes.count
            bytes += Array(field.value.utf8)
            ranges.append(FieldRange(name: start..<middle, value: middle..<bytes.count))
        }
        self.init(
            method: method,
            bytes: bytes,
            pathRange: 0..<(question ?? end),
            queryRange: question.map { ($0 + 1)..<end } ?? end..<end,
            fields: ranges
        )
    }

    /// The head's bytes, request line included.
    package var bytes: [UInt8] { storage.bytes }

    /// The path, still percent-encoded and already checked, without query.
    package var pathRange: Range<Int> { storage.pathRange }

    /// The query without `?`; empty when there is none.
    package var queryRange: Range<Int> { storage.queryRange }

    package var fields: [FieldRange] { storage.fields }

    /// The path as sent, percent-encoded.
    package var rawPath: String { string(pathRange) }

    /// The query as sent, without `?`.
    package var rawQuery: String { string(queryRange) }

    /// The first field of that name, compared without case.
    /// - Parameter name: in lower case.
    package func header(_ name: StaticString) -> String? { valueRange(of: name).map(string) }

    /// All fields of that name, in order.
    /// - Parameter name: in lower case.
    package func headers(_ name: StaticString) -> [String] {
        fields.filter { isEqual($0.name, to: name) }.map { string($0.value) }
    }

    /// Whether the path is exactly `path`, compared as bytes.
    package func hasPath(_ path: StaticString) -> Bool {
        guard pathRange.count == path.utf8CodeUnitCount else { return false }
        return bytes.withUnsafeBufferPointer { buffer in
            var index = 0
            for byte in buffer[pathRange] {
                if byte != path.utf8Start[index] { return false }
                index += 1
            }
            return true
        }
    }

    /// Where the first field of that name has its value in `bytes`, for those who need no text.
    /// - Parameter name: in lower case.
    package func valueRange(of name: StaticString) -> Range<Int>? {
        for field in fields where isEqual(field.name, to: name) { return field.value }
        return nil
    }

    /// Whether there is `text` but for ASCII case, in the range of `bytes`.
    /// - Parameter text: in lower case.
    package func isEqual(_ range: Range<Int>, to text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return bytes.withUnsafeBufferPointer { buffer in
            var index = 0
            for byte in buffer[range] {
                let lowered = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                if lowered != text.utf8Start[index] { return false }
                index += 1
            }
            return true
        }
    }

    private func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
