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

    /// The nearest double, when one product or quotient of two exact doubles gives it.
    var double: Double? {
        guard isExact, digits <= 1 << 53 else { return nil }
        return scaled
    }

    /// The number after two roundings at most; nil for exponents outside of ±22.
    private var scaled: Double? {
        guard exponent.magnitude <= 22 else { return nil }
        let power = Self.powersOfTen[abs(exponent)]
        let magnitude = exponent < 0 ? Double(digits) / power : Double(digits) * power
        return isNegative ? -magnitude : magnitude
    }

    /// The nearest float, when the double on the way leaves no doubt.
    var float: Float? {
        guard let scaled, scaled == 0 || (0x1p-126..<0x1p127).contains(scaled.magnitude) else { return nil }
        return Self.float(scaled, within: scaled.magnitude * 0x1p-51)
    }

    /// The float nearest to all that lies within `error` of `value`; nil when that is not one.
    @inline(__always)
    static func float(_ value: Double, within error: Double) -> Float? {
        let float = Float(value - error)
        return float == Float(value + error) ? float : nil
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
    mutating func readFloat() throws(JSONError) -> Float {
        let number = try scanNumber()
        return number.float ?? Float(text(of: number)) ?? .nan
    }

    private func text(of number: DecimalNumber) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[number.range]), as: UTF8.self)
    }

    /// Takes a number (RFC 8259 §6), which stands at the position.
    mutating func scanNumber() throws(JSONError) -> DecimalNumber {
        var number = DecimalNumber()
        let start = position
        if next == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
        }
        guard let first = next, isDigit(first) else { throw failure("unexpected character") }
        if first == UInt8(ascii: "0") {
            position += 1
            if let byte = next, isDigit(byte) { throw failure("a number starts with a zero") }
        } else {
            number.exponent = takeDigits(&number).dropped
        }
        if next == UInt8(ascii: ".") {
            number.isWhole = false
            position += 1
            let (kept, dropped) = takeDigits(&number)
            guard kept + dropped > 0 else { throw failure("a digit is expected after the point") }
            number.exponent -= kept
        }
        if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
            number.isWhole = false
            number.exponent += try takeExponent()
        }
        number.range = start..<position
        return number
    }

    /// Takes digits as long as they fit 19 places; further ones are dropped.
    private mutating func takeDigits(_ number: inout DecimalNumber) -> (kept: Int, dropped: Int) {
        let start = position
        while let byte = next, isDigit(byte), number.digits < 1_000_000_000_000_000_000 {
            number.digits = number.digits * 10 + UInt64(byte - 0x30)
            position += 1
        }
        let kept = position - start
        while let byte = next, isDigit(byte) {
            number.isExact = false
            position += 1
        }
        return (kept, position - start - kept)
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
