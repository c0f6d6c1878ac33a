/// Reads JSON (RFC 8259) straight from bytes, value by value, without a tree: vectors cost one array each and no
/// object per number. Hostile input ends in `JSONError`; nesting and vector lengths are bounded.
struct JSONReader {
    /// Deepest nesting of a value that is skipped.
    static let maxDepth = 64
    /// Longest vector.
    static let maxVectorLength = 1 << 16

    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads one document, which must be all there is.
    static func read<Value>(
        _ bytes: [UInt8],
        _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<Value, JSONError> in
            var reader = JSONReader(buffer)
            do throws(JSONError) {
                let value = try body(&reader)
                try reader.expectEnd()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The next byte that is not white space, left in place.
    mutating func peek() throws(JSONError) -> UInt8 {
        while position < bytes.count {
            let byte = bytes[position]
            if byte > 0x20 || !(byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09) { return byte }
            position += 1
        }
        throw .truncated
    }

    mutating func expect(_ wanted: UInt8) throws(JSONError) {
        let byte = try peek()
        guard byte == wanted else { throw .unexpectedByte(byte, at: position) }
        position += 1
    }

    /// Takes the byte when it is next.
    mutating func take(_ wanted: UInt8) throws(JSONError) -> Bool {
        guard try peek() == wanted else { return false }
        position += 1
        return true
    }

    /// Calls `member` for each member of an object; it reads or skips the value.
    mutating func readObject(
        _ member: (inout JSONReader, String) throws(JSONError) -> Void
    ) throws(JSONError) {
        try expect(UInt8(ascii: "{"))
        if try take(UInt8(ascii: "}")) { return }
        repeat {
            let key = try readString()
            try expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while try takeSeparator(orEnd: UInt8(ascii: "}"))
    }

    /// Calls `element` for each element of an array; it reads or skips the value.
    mutating func readArray(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        try expect(UInt8(ascii: "["))
        if try take(UInt8(ascii: "]")) { return }
        repeat { try element(&self) } while try takeSeparator(orEnd: UInt8(ascii: "]"))
    }

    /// True after a comma, false after `end`.
    mutating func takeSeparator(orEnd end: UInt8) throws(JSONError) -> Bool {
        let byte = try peek()
        guard byte == UInt8(ascii: ",") || byte == end else { throw .unexpectedByte(byte, at: position) }
        position += 1
        return byte != end
    }

    /// A whole number; anything else is skipped and gives nil.
    mutating func readInt() throws(JSONError) -> Int? {
        let byte = try peek()
        guard byte == UInt8(ascii: "-") || isDigit(byte) else {
            try skipValue()
            return nil
        }
        return Int(exactly: try readNumber())
    }

    /// A string; anything else is skipped and gives nil.
    mutating func readOptionalString() throws(JSONError) -> String? {
        guard try peek() == UInt8(ascii: "\"") else {
            try skipValue()
            return nil
        }
        return try readString()
    }

    /// Passes over one value of any kind. Scalars are not checked.
    mutating func skipValue() throws(JSONError) {
        var depth = 0
        repeat {
            switch try peek() {
            case UInt8(ascii: "\""): _ = try readRawString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= Self.maxDepth else { throw .tooDeep }
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { throw .unexpectedByte(bytes[position], at: position) }
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw .unexpectedByte(bytes[position], at: position) }
                position += 1
            default: skipScalar()
            }
        } while depth > 0
    }

    private mutating func skipScalar() {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ":"), 0x00...0x20: return
            default: position += 1
            }
        }
    }

    private mutating func expectEnd() throws(JSONError) {
        while position < bytes.count {
            guard bytes[position] <= 0x20 else { throw .unexpectedByte(bytes[position], at: position) }
            position += 1
        }
    }

    @inline(__always)
    func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
