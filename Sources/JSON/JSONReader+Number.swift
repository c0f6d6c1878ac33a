/// A number as it is written: ± `digits` × 10^`exponent`.
struct DecimalNumber {
    var isNegative = false
    var digits: UInt64 = 0
    var exponent = 0
    /// Whether all digits are in `digits`; of more than 19 the last are left out.
    var isExact = true
    /// Written without a point and an exponent.
    var isWhole = true
    /// Where it stands.
    var range = 0..<0

    /// Powers of ten that a double holds exactly.
    static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// From 10^-22 to 10^22, each to the nearest double.
    static let factors: [Double] = powersOfTen.dropFirst().reversed().map { 1 / $0 } + powersOfTen

    /// The nearest double, when one product or quotient of two exact doubles gives it.
    var double: Double? {
        guard isExact, digits <= 1 << 53, exponent.magnitude <= 22 else { return nil }
        let power = Self.powersOfTen[abs(exponent)]
        let magnitude = exponent < 0 ? Double(digits) / power : Double(digits) * power
        return isNegative ? -magnitude : magnitude
    }

    /// The nearest float, when the double on the way leaves no doubt: three roundings put it off by two units at most,
    /// so that it must be further than that from the middle between two floats.
    @inline(__always)
    func float(_ factors: UnsafePointer<Double>) -> Float? {
        if digits == 0 { return isNegative ? -0.0 : 0 }
        guard exponent.magnitude <= 22, let digits = Int64(exactly: digits) else { return nil }
        let magnitude = Double(digits) * factors[22 &+ exponent]
        guard magnitude >= 0x1p-126, magnitude < 0x1p127 else { return nil }
        let aboveMiddle = Int64(bitPattern: magnitude.bitPattern & 0x1FFF_FFFF) &- 0x1000_0000
        guard aboveMiddle.magnitude > 4 else { return nil }
        return Float(isNegative ? -magnitude : magnitude)
    }
}

extension JSONReader {
    /// A whole number, also when it is written as `1.0` or `1e3`; anything else is skipped and gives nil.
    package mutating func readInteger() throws(JSONError) -> Int? {
        switch try peek() {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber().integer
        default:
            try skipValue()
            return nil
        }
    }

    /// A number, to the nearest double.
    mutating func readNumber() throws(JSONError) -> JSONValue {
        let number = try scanNumber()
        if number.isWhole, number.isExact, let value = Int(exactly: number.digits) {
            return .integer(number.isNegative ? -value : value)
        }
        if let value = number.double { return .double(value) }
        guard let value = Double(text(of: number)), value.isFinite else {
            throw JSONError(message: "a number is out of range", offset: number.range.lowerBound)
        }
        return .double(value)
    }

    /// A number, to the nearest float; infinite when it is out of range.
    @inline(__always)
    mutating func readFloat(_ factors: UnsafePointer<Double>) throws(JSONError) -> Float {
        let number = try scanNumber()
        return number.float(factors) ?? slowFloat(number)
    }

    @inline(never)
    private func slowFloat(_ number: DecimalNumber) -> Float { Float(text(of: number)) ?? .nan }

    private func text(of number: DecimalNumber) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[number.range]), as: UTF8.self)
    }

    /// Takes a number (RFC 8259 §6), which stands at the position.
    @inline(__always)
    mutating func scanNumber() throws(JSONError) -> DecimalNumber {
        var number = DecimalNumber()
        let start = position
        if next == UInt8(ascii: "-") {
            number.isNegative = true
            position &+= 1
        }
        guard let first = next, isDigit(first) else { throw failure("unexpected character") }
        if first == UInt8(ascii: "0") {
            position &+= 1
            if let byte = next, isDigit(byte) { throw failure("a number starts with a zero") }
        } else {
            number.exponent = takeDigits(&number).dropped
        }
        if next == UInt8(ascii: ".") {
            number.isWhole = false
            position &+= 1
            let (kept, dropped) = takeDigits(&number)
            guard kept &+ dropped > 0 else { throw failure("a digit is expected after the point") }
            number.exponent &-= kept
        }
        if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
            number.isWhole = false
            number.exponent += try takeExponent()
        }
        number.range = start..<position
        return number
    }

    /// Takes digits as long as they fit 19 places; further ones are dropped.
    @inline(__always)
    private mutating func takeDigits(_ number: inout DecimalNumber) -> (kept: Int, dropped: Int) {
        let start = position
        while position &+ 8 <= bytes.count {
            let (value, count) = digitsOfNextEight()
            guard number.digits < 10_000_000_000 || number.digits < 10_000_000_000_000_000 && count <= 2 else { break }
            number.digits = number.digits &* Self.integerPowersOfTen(count) &+ value
            position &+= count
            if count < 8 { return (position &- start, 0) }
        }
        while let byte = next, isDigit(byte), number.digits < 1_000_000_000_000_000_000 {
            number.digits = number.digits &* 10 &+ UInt64(byte &- 0x30)
            position &+= 1
        }
        let kept = position &- start
        while let byte = next, isDigit(byte) {
            number.isExact = false
            position &+= 1
        }
        return (kept, position &- start &- kept)
    }

    /// How many of the next eight bytes are digits before the first other one, and their value: no branch depends on
    /// the count, and three multiplications make the value.
    @inline(__always)
    private func digitsOfNextEight() -> (value: UInt64, count: Int) {
        guard let base = bytes.baseAddress else { return (0, 0) }
        let word = UInt64(littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
        // A digit has 3 in the upper half of its byte, and still after 6 is added.
        let upper: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        let others = ((word & upper) | (((word &+ 0x0606_0606_0606_0606) & upper) &>> 4)) ^ 0x3333_3333_3333_3333
        let count = others.trailingZeroBitCount / 8
        // Zeros in front, so that the value is that of eight digits. A shift by 64 gives 0.
        var value = (word & 0x0F0F_0F0F_0F0F_0F0F) << (64 - 8 * UInt64(count))
        value = value &* 10 &+ (value &>> 8)
        let low = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let high = ((value &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return ((low &+ high) &>> 32, count)
    }

    @inline(__always)
    private static func integerPowersOfTen(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        default: 100_000_000
        }
    }

    private mutating func takeExponent() throws(JSONError) -> Int {
        position += 1
        let isNegative = next == UInt8(ascii: "-")
        if isNegative || next == UInt8(ascii: "+") { position += 1 }
        guard let byte = next, isDigit(byte) else { throw failure("a digit is expected in the exponent") }
        var exponent = 0
        while let byte = next, isDigit(byte) {
            exponent = min(exponent * 10 + Int(byte - 0x30), 1_000_000)
            position += 1
        }
        return isNegative ? -exponent : exponent
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
