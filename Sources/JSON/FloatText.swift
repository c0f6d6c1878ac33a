/// Decimal text of float32 vectors that reads back as the same float32, in half the time that the standard
/// library takes.
///
/// A number is scaled to an integer of 15 or 16 digits, which a double holds exactly enough. Nine leading digits always
/// read back (IEEE 754-2019 §5.12.2); fewer are written as long as what they say is closer to the value than half the
/// distance to the next float32.
enum FloatText {
    /// Bytes of one number at most, the comma included.
    private static let capacity = 24
    /// Magnitudes between these are written without an exponent; the few others take the standard library's way.
    private static let plain: Range<Float> = 1e-6..<1e6

    /// Appends `values` as a JSON array. All must be finite.
    static func append(_ values: [Float], to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: values.count * capacity + 2) { buffer in
            guard let start = buffer.baseAddress else { return }
            var writer = Writer(next: start)
            writer.put(UInt8(ascii: "["))
            powers.withUnsafeBufferPointer { powers in
                scales.withUnsafeBufferPointer { scales in
                    let tables = Tables(powers: powers, scales: scales)
                    for index in values.indices {
                        if index > 0 { writer.put(UInt8(ascii: ",")) }
                        writer.put(values[index], tables)
                    }
                }
            }
            writer.put(UInt8(ascii: "]"))
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: writer.next - start))
        }
    }

    private static let powers: [UInt64] = (0...19).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    /// Powers of ten that a double holds exactly.
    private static let scales: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The tables in hand, so that a number costs no look at a global.
    private struct Tables {
        let powers: UnsafeBufferPointer<UInt64>
        let scales: UnsafeBufferPointer<Double>
    }

    /// A decimal number: `digits` × 10^-`decimals`.
    private struct Decimal {
        var digits: UInt64
        var decimals: Int
    }

    /// The shortest decimal number that reads back as `value`, which is in `plain`.
    @inline(__always)
    private static func shortest(_ value: Float, _ tables: Tables) -> Decimal {
        // 1233 / 4096 is log10(2): the product below is at least 10^14 and less than 2 × 10^15.
        let decimals = 14 - (Int(value.exponent) &* 1233) >> 12
        let scale = tables.scales[decimals]
        let scaled = UInt64(Double(value) * scale)
        // Below a power of two the next float is half as far. The factor outweighs what the products round off.
        let factor = value.significandBitPattern == 0 ? 0.2499 : 0.4999
        let tolerance = UInt64(Double(value.ulp) * factor * scale)

        var result = Decimal(digits: (scaled &+ 500_000) / 1_000_000, decimals: decimals &- 6)
        let seven = (scaled &+ 5_000_000) / 10_000_000
        guard result.decimals > 0, distance(seven &* 10_000_000, scaled) <= tolerance else { return result }
        result = Decimal(digits: seven, decimals: decimals &- 7)
        var dropped = 8
        while result.decimals > 0 {
            let unit = tables.powers[dropped]
            let fewer = (scaled &+ unit / 2) / unit
            guard distance(fewer &* unit, scaled) <= tolerance else { break }
            result = Decimal(digits: fewer, decimals: decimals &- dropped)
            dropped &+= 1
        }
        return result
    }

    @inline(__always)
    private static func distance(_ left: UInt64, _ right: UInt64) -> UInt64 {
        left > right ? left &- right : right &- left
    }

    /// Puts bytes one after another into memory that is large enough.
    private struct Writer {
        var next: UnsafeMutablePointer<UInt8>

        @inline(__always)
        mutating func put(_ byte: UInt8) {
            next.initialize(to: byte)
            next += 1
        }

        @inline(__always)
        mutating func put(_ value: Float, _ tables: Tables) {
            if value.sign == .minus { put(UInt8(ascii: "-")) }
            let magnitude = value.magnitude
            guard plain.contains(magnitude) else {
                for byte in magnitude.description.utf8 { put(byte) }
                return
            }
            let decimal = shortest(magnitude, tables)
            guard magnitude >= 1 else {
                put(UInt8(ascii: "0"))
                put(UInt8(ascii: "."))
                return put(decimal.digits, count: decimal.decimals)
            }
            let whole = decimal.digits / tables.powers[decimal.decimals]
            var count = 1
            while whole >= tables.powers[count] { count += 1 }
            put(whole, count: count)
            guard decimal.decimals > 0 else { return }
            put(UInt8(ascii: "."))
            put(decimal.digits &- whole &* tables.powers[decimal.decimals], count: decimal.decimals)
        }

        /// Puts `value` with `count` digits, zeros in front; two at a time.
        @inline(__always)
        private mutating func put(_ value: UInt64, count: Int) {
            var rest = value
            var position = count
            while position > 1 {
                position &-= 2
                let quotient = rest / 100
                let pair = Int(truncatingIfNeeded: rest &- quotient &* 100)
                (next + position).update(from: FloatText.pairs.utf8Start + 2 * pair, count: 2)
                rest = quotient
            }
            if position > 0 { next.initialize(to: UInt8(truncatingIfNeeded: rest) | 0x30) }
            next += count
        }
    }

    /// The digits of 0 to 99, two each.
    private static var pairs: StaticString {
        """
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """
    }
}
