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
        repeat {
            _ = try peek()
            if !takePlainFloats(into: &vector) { vector.append(try readElement()) }
            guard vector.count <= Self.maximumVectorLength else { throw failure("a vector is too long") }
        } while try continues(to: UInt8(ascii: "]"))
        return vector
    }

    /// Takes a plain number and those that follow it, up to as many as fit the buffer on the stack; whether there was
    /// one. Appending each by itself would cost a fifth of the whole.
    private mutating func takePlainFloats(into vector: inout [Float]) -> Bool {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 512) { run in
            var count = 0
            var end = position
            while count < run.count, let value = takePlainFloat() {
                run.initializeElement(at: count, to: value)
                count &+= 1
                end = position
                guard next == UInt8(ascii: ",") else { break }
                position &+= 1
                if next == UInt8(ascii: " ") { position &+= 1 }
            }
            position = end
            vector.append(contentsOf: UnsafeBufferPointer(rebasing: run[..<count]))
            return count > 0
        }
    }

    private mutating func readElement() throws(JSONError) -> Float {
        let byte = try peek()
        let isNumber = byte == UInt8(ascii: "-") ? !isNext("-Infinity") : byte < UInt8(ascii: "A")
        return isNumber ? try readFloat() : try readNonNumber()
    }

    /// Takes a number of the form that nearly all numbers of a vector have, such as `-0.0219383`: one digit, a point,
    /// and more digits, of which sixteen count; nil, and nothing is taken, when it has another form or its last digits
    /// could decide. No branch depends on the sign or on how many digits there are, as both are hard to predict.
    @inline(__always)
    private mutating func takePlainFloat() -> Float? {
        guard position &+ 64 <= bytes.count, let base = bytes.baseAddress else { return nil }
        var cursor = base + position
        let sign: UInt32 = cursor[0] == UInt8(ascii: "-") ? 1 : 0
        cursor += Int(sign)
        let whole = cursor[0] &- UInt8(ascii: "0")
        guard whole < 10, cursor[1] == UInt8(ascii: ".") else { return nil }
        cursor += 2
        let high = Self.eightDigits(cursor)
        guard high.count > 0 else { return nil }
        var digits = UInt64(whole) &* 10_000_000_000_000_000 &+ high.value &* 100_000_000
        var dropped = 0.0
        if high.count == 8 {
            // A fixed distance on, so that these digits are loaded before the ones above are counted.
            cursor += 8
            let low = Self.eightDigits(cursor)
            digits &+= low.value
            cursor += low.count
            if low.count == 8 {
                let count = Self.eightDigits(cursor).count
                guard count < 8 else { return nil }
                cursor += count
                dropped = 1e-16
            }
        } else {
            cursor += high.count
        }
        guard cursor[0] | 0x20 != UInt8(ascii: "e") else { return nil }
        let magnitude = Double(Int64(bitPattern: digits)) * 1e-16
        // The two roundings above, the one of the factor, and what was dropped.
        guard let float = DecimalNumber.float(magnitude, within: magnitude * 0x1p-51 + dropped) else { return nil }
        position = cursor - base
        return Float(bitPattern: float.bitPattern | sign &<< 31)
    }

    /// How many of eight bytes are digits before the first other one, and their value as the first of eight decimals.
    /// Three multiplications make the value.
    @inline(__always)
    private static func eightDigits(_ bytes: UnsafePointer<UInt8>) -> (value: UInt64, count: Int) {
        let word = UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
        // A digit has 3 in the upper half of its byte, and still after 6 is added.
        let upper: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        let others = ((word & upper) | (((word &+ 0x0606_0606_0606_0606) & upper) &>> 4)) ^ 0x3333_3333_3333_3333
        let count = others.trailingZeroBitCount / 8
        let kept = count == 8 ? UInt64.max : (1 &<< UInt64(8 &* count)) &- 1
        var value = word & kept & 0x0F0F_0F0F_0F0F_0F0F
        value = value &* 10 &+ (value &>> 8)
        let even = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let odd = ((value &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return ((even &+ odd) &>> 32, count)
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
