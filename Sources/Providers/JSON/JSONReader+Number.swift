extension JSONReader {
    /// An array of numbers, or a base64 string of little-endian float32.
    /// - Parameter capacity: how many are likely.
    mutating func readVector(capacity: Int) throws(JSONError) -> [Float] {
        if try peek() == UInt8(ascii: "\"") {
            let raw = try readRawString()
            return try Base64.floats(UnsafeBufferPointer(rebasing: bytes[raw.range]))
        }
        var vector: [Float] = []
        vector.reserveCapacity(min(max(capacity, 0), Self.maxVectorLength))
        try expect(UInt8(ascii: "["))
        if try take(UInt8(ascii: "]")) { return vector }
        repeat {
            guard vector.count < Self.maxVectorLength else { throw .tooLong }
            vector.append(Float(try readNumber()))
        } while try takeSeparator(orEnd: UInt8(ascii: "]"))
        return vector
    }

    /// A number, to within the last place of a double, which is far more than a float holds. Words that are not
    /// numbers (`null`, `NaN`, as some servers write what JSON cannot) give NaN, so that only their vector is refused.
    mutating func readNumber() throws(JSONError) -> Double {
        let first = try peek()
        let isNegative = first == UInt8(ascii: "-")
        if isNegative { position += 1 }
        guard position < bytes.count else { throw .truncated }
        guard isDigit(bytes[position]) else { return try readNotANumber() }
        var mantissa: UInt64 = 0
        var exponent = takeDigits(into: &mantissa).dropped
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            exponent -= takeDigits(into: &mantissa).kept
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") { exponent += try readExponent() }
        let magnitude = Self.scale(Double(mantissa), byPowerOfTen: exponent)
        return isNegative ? -magnitude : magnitude
    }

    /// Takes digits while they fit 19 places; later ones are counted as dropped.
    @inline(__always)
    private mutating func takeDigits(into mantissa: inout UInt64) -> (kept: Int, dropped: Int) {
        let start = position
        while position &+ 8 <= bytes.count, mantissa < 10_000_000_000, let eight = eightDigits() {
            mantissa = mantissa &* 100_000_000 &+ eight
            position &+= 8
        }
        while position < bytes.count, isDigit(bytes[position]), mantissa < 1_000_000_000_000_000_000 {
            mantissa = mantissa &* 10 &+ UInt64(bytes[position] &- 0x30)
            position &+= 1
        }
        let kept = position &- start
        while position < bytes.count, isDigit(bytes[position]) { position &+= 1 }
        return (kept, position &- start &- kept)
    }

    /// The next eight bytes as a number when all are digits: three multiplications instead of eight.
    @inline(__always)
    private func eightDigits() -> UInt64? {
        guard let base = bytes.baseAddress else { return nil }
        let word = UInt64(
            littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
        )
        let high = word & 0xF0F0_F0F0_F0F0_F0F0
        let carried = (word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
        guard high == 0x3030_3030_3030_3030, carried == 0x3030_3030_3030_3030 else { return nil }
        var value = word &- 0x3030_3030_3030_3030
        value = value &* 10 &+ (value &>> 8)
        let low = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let upper = ((value &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return (low &+ upper) &>> 32
    }

    private mutating func readExponent() throws(JSONError) -> Int {
        position += 1
        var isNegative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        guard position < bytes.count else { throw .truncated }
        guard isDigit(bytes[position]) else { throw .unexpectedByte(bytes[position], at: position) }
        var exponent = 0
        while position < bytes.count, isDigit(bytes[position]) {
            exponent = min(exponent * 10 + Int(bytes[position] - 0x30), 100_000)
            position += 1
        }
        return isNegative ? -exponent : exponent
    }

    private mutating func readNotANumber() throws(JSONError) -> Double {
        let start = position
        while position < bytes.count, (0x61...0x7A).contains(bytes[position] | 0x20) { position += 1 }
        guard position > start else { throw .unexpectedByte(bytes[position], at: position) }
        return .nan
    }

    private static func scale(_ value: Double, byPowerOfTen exponent: Int) -> Double {
        if value == 0 || exponent == 0 { return value }
        if exponent < 0, exponent >= -22 { return value / powersOfTen[-exponent] }
        if exponent > 0, exponent <= 22 { return value * powersOfTen[exponent] }
        var scaled = value
        var left = max(-400, min(400, exponent))
        while left < 0 {
            scaled /= powersOfTen[min(22, -left)]
            left += min(22, -left)
        }
        while left > 0 {
            scaled *= powersOfTen[min(22, left)]
            left -= min(22, left)
        }
        return scaled
    }

    /// Those a double holds exactly.
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
