#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension JSONReader {
    /// An array of numbers, or a base64 string of little-endian float32.
    ///
    /// `null`, `NaN` and `Infinity`, which some servers write for what JSON has no number for, give NaN, so that only
    /// the vector they stand in is bad.
    /// - Parameter capacity: how many numbers are likely.
    /// - Throws: also for more than `maximumVectorLength` numbers.
    package mutating func readVector(capacity: Int) throws(JSONError) -> [Float] {
        if try peek() == UInt8(ascii: "\"") { return try readBase64Vector() }
        guard try peek() == UInt8(ascii: "[") else { throw failure("a vector is expected") }
        position += 1
        var vector: [Float] = []
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return vector
        }
        vector.reserveCapacity(min(max(capacity, 0), Self.maximumVectorLength))
        try DecimalNumber.factors.withUnsafeBufferPointer { factors throws(JSONError) in
            guard let factors = factors.baseAddress else { return }
            repeat {
                guard vector.count < Self.maximumVectorLength else { throw failure("a vector is too long") }
                vector.append(try readElement(factors))
            } while try continues(to: UInt8(ascii: "]"))
        }
        return vector
    }

    @inline(__always)
    private mutating func readElement(_ factors: UnsafePointer<Double>) throws(JSONError) -> Float {
        let byte = try peek()
        let isNumber = byte == UInt8(ascii: "-") ? !isNext("-Infinity") : byte < UInt8(ascii: "A")
        return isNumber ? try readFloat(factors) : try readNonNumber()
    }

    private mutating func readNonNumber() throws(JSONError) -> Float {
        for word in ["null", "NaN", "Infinity", "-Infinity"] as [StaticString] where isNext(word) {
            try take(word)
            return .nan
        }
        throw failure("a number is expected")
    }

    /// A base64 string without escapes, which is looked at once: what ends it too early is no letter of the alphabet.
    private mutating func plainBase64Vector() -> [Float]? {
        guard let base = bytes.baseAddress else { return nil }
        let start = position + 1
        guard let quote = memchr(base + start, Int32(UInt8(ascii: "\"")), bytes.count - start) else { return nil }
        let end = UnsafePointer(quote.assumingMemoryBound(to: UInt8.self)) - base
        guard (end - start) / 4 * 3 <= Self.maximumVectorLength * 4,
            let vector = Base64.floats(UnsafeBufferPointer(rebasing: bytes[start..<end]))
        else { return nil }
        position = end + 1
        return vector
    }

    private mutating func readBase64Vector() throws(JSONError) -> [Float] {
        if let vector = plainBase64Vector() { return vector }
        let start = position
        let content = try scanString()
        let range = content.range
        let floats =
            if content.hasEscapes {
                try unescapedBytes(range).withUnsafeBufferPointer { Base64.floats($0) }
            } else {
                Base64.floats(UnsafeBufferPointer(rebasing: bytes[range]))
            }
        guard let floats else { throw JSONError(message: "a string is not base64 of float32", offset: start) }
        guard floats.count <= Self.maximumVectorLength else { throw failure("a vector is too long") }
        return floats
    }
}
