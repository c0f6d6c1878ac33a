/// Reads JSON (RFC 8259) straight from bytes, value by value, without a tree: a vector costs one array and no object
/// per number. Strict: UTF-8 only, bounded depth and vector lengths, nothing after the value, and what is skipped is
/// checked all the same. Escaped surrogates without a partner become U+FFFD.
package struct JSONReader {
    /// Deepest nesting.
    package static let maximumDepth = 64
    /// Longest vector.
    package static let maximumVectorLength = 1 << 16

    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    private var depth = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads one JSON text, which must be all there is.
    /// - Parameter body: reads or skips exactly one value.
    package static func read<Value>(
        _ bytes: [UInt8],
        _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(JSONError) -> Value {
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<Value, JSONError> in
            var reader = JSONReader(buffer)
            do throws(JSONError) {
                let value = try body(&reader)
                reader.skipSpace()
                guard reader.position == buffer.count else {
                    throw reader.failure("there is more after the end of the JSON text")
                }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    func failure(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

    /// The byte at the position; nil at the end.
    @inline(__always)
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    @inline(__always)
    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// The first byte of the next value, left in place: it tells the value's kind.
    package mutating func peek() throws(JSONError) -> UInt8 {
        skipSpace()
        guard let byte = next else { throw failure("the JSON text ends too early") }
        return byte
    }

    /// Calls `member` for each member of an object; it reads or skips the value.
    package mutating func readObject(
        _ member: (inout JSONReader, String) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard try opens(UInt8(ascii: "{"), "an object is expected", to: UInt8(ascii: "}")) else { return }
        repeat {
            guard try peek() == UInt8(ascii: "\"") else { throw failure("a member name is expected") }
            let name = try readString()
            guard try peek() == UInt8(ascii: ":") else { throw failure("a colon is expected") }
            position += 1
            try member(&self, name)
        } while try continues(to: UInt8(ascii: "}"))
        depth -= 1
    }

    /// Calls `element` for each element of an array; it reads or skips the value.
    package mutating func readArray(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        guard try opens(UInt8(ascii: "["), "an array is expected", to: UInt8(ascii: "]")) else { return }
        repeat { try element(&self) } while try continues(to: UInt8(ascii: "]"))
        depth -= 1
    }

    /// Takes the opening bracket, and the closing one when it follows.
    /// - Returns: whether there is something between them.
    mutating func opens(_ bracket: UInt8, _ expectation: String, to closing: UInt8) throws(JSONError) -> Bool {
        guard try peek() == bracket else { throw failure(expectation) }
        guard depth < Self.maximumDepth else { throw failure("nested too deeply") }
        position += 1
        if try peek() == closing {
            position += 1
            return false
        }
        depth += 1
        return true
    }

    /// Takes the comma before a next element, or the closing bracket.
    mutating func continues(to closing: UInt8) throws(JSONError) -> Bool {
        let byte = try peek()
        guard byte == UInt8(ascii: ",") || byte == closing else {
            throw failure("a comma or a closing bracket is expected")
        }
        position += 1
        return byte != closing
    }

    /// Checks a value of any kind and passes over it.
    package mutating func skipValue() throws(JSONError) {
        switch try peek() {
        case UInt8(ascii: "\""): _ = try readString()
        case UInt8(ascii: "{"): try readObject { reader, _ throws(JSONError) in try reader.skipValue() }
        case UInt8(ascii: "["): try readArray { reader throws(JSONError) in try reader.skipValue() }
        case UInt8(ascii: "t"): try take("true")
        case UInt8(ascii: "f"): try take("false")
        case UInt8(ascii: "n"): try take("null")
        default: _ = try scanNumber()
        }
    }

    /// Takes a word.
    mutating func take(_ word: StaticString) throws(JSONError) {
        guard isNext(word) else { throw failure("unexpected character") }
        position += word.utf8CodeUnitCount
    }

    /// Whether the bytes at the position are those of `word`.
    func isNext(_ word: StaticString) -> Bool {
        guard bytes.count - position >= word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { $0.elementsEqual(bytes[position..<(position + $0.count)]) }
    }
}
