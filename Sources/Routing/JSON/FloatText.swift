/// Decimal text of float32 vectors that reads back as the same float32, several times faster than the standard
/// library's.
///
/// Nine significant digits always read back (IEEE 754-2019 §5.12.2). Fewer are written as long as what they say is
/// closer to the value than half the distance to the next float32.
enum FloatText {
    /// Bytes of one number at most, the comma included.
    private static let capacity = 24
    /// Magnitudes between these are written without an exponent; the few others take the standard library's way.
    private static let plain: Range<Float> = 1e-6..<1e6

    /// Appends `values` as a JSON array. All must be finite.
    static func append(_ values: [Float], to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: values.count * capacity + 2) { buffer in
            guard let start = buffer.baseAddress else { return }
            var cursor = Cursor(next: start)
            cursor.put(UInt8(ascii: "["))
            for index in values.indices {
                if index > 0 { cursor.put(UInt8(ascii: ",")) }
                write(values[index], to: &cursor)
            }
            cursor.put(UInt8(ascii: "]"))
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: cursor.next - start))
        }
    }

    private struct Cursor {
        var next: UnsafeMutablePointer<UInt8>

        @inline(__always)
        mutating func put(_ byte: UInt8) {
            next.initialize(to: byte)
            next += 1
        }

        /// Writes `value` with `count` digits, zeros in front.
        @inline(__always)
        mutating func put(_ value: UInt64, digits count: Int) {
            var rest = value
            var position = count
            while position > 0 {
                position -= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                (next + position).initialize(to: UInt8(truncatingIfNeeded: digit) | 0x30)
                rest = quotient
            }
            next += count
        }
    }

    @inline(__always)
    private static func write(_ value: Float, to cursor: inout Cursor) {
        if value.sign == .minus { cursor.put(UInt8(ascii: "-")) }
        let magnitude = value.magnitude
        guard plain.contains(magnitude) else {
            for byte in magnitude.description.utf8 { cursor.put(byte) }
            return
        }
        let (digits, decimals) = shorten(magnitude)
        let scale = integerPowers[decimals]
        let whole = digits / scale
        cursor.put(whole, digits: digitCount(whole))
        guard decimals > 0 else { return }
        cursor.put(UInt8(ascii: "."))
        cursor.put(digits - whole * scale, digits: decimals)
    }

    /// The shortest number `digits` × 10^-`decimals` that reads back as `value`, `decimals` being at least zero.
    @inline(__always)
    private static func shorten(_ value: Float) -> (digits: UInt64, decimals: Int) {
        let exact = Double(value)
        var decimals = 8
        var lowest = 1.0
        while exact < lowest {
            lowest *= 0.1
            decimals += 1
        }
        while decimals > 0, exact >= lowest * 10 {
            lowest *= 10
            decimals -= 1
        }
        // Nine digits before the point; the products round in the 53rd bit, far below the last of the nine.
        var scaled = exact * powers[decimals]
        // Below a power of two the next float is half as far. The factor outweighs the rounding of the products.
        let isPowerOfTwo = value.significandBitPattern == 0
        var tolerance = Double(value.ulp) * (isPowerOfTwo ? 0.2499 : 0.4999) * powers[decimals]
        var digits = scaled.rounded()
        while decimals > 0 {
            scaled *= 0.1
            tolerance *= 0.1
            let fewer = scaled.rounded()
            guard abs(fewer - scaled) < tolerance else { break }
            digits = fewer
            decimals -= 1
        }
        return (UInt64(digits), decimals)
    }

    private static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        while value >= integerPowers[count] { count += 1 }
        return count
    }

    private static let powers: [Double] = integerPowers.map { Double($0) }

    private static let integerPowers: [UInt64] = (0...15).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
