/// Why a text is not JSON that we take.
struct JSONError: Error, Hashable {
    let message: String
    /// Offset of the offending byte.
    let offset: Int
}

/// A strict reader of JSON (RFC 8259): UTF-8 only, bounded depth, no trailing content. Escaped surrogates without a
/// partner become U+FFFD.
struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let maximumDepth: Int
    private var index = 0

    /// Reads one JSON text.
    /// - Parameter members: the members of the outermost object that are kept; the others are checked and skipped.
    static func parse(
        _ bytes: [UInt8],
        keeping members: Set<String>? = nil,
        maximumDepth: Int = 32
    ) throws(JSONError) -> JSONValue {
        let result: Result<JSONValue, JSONError> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(bytes: buffer, maximumDepth: maximumDepth)
            do throws(JSONError) { return .success(try reader.document(keeping: members)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    private mutating func document(keeping members: Set<String>?) throws(JSONError) -> JSONValue {
        skipSpace()
        let result: JSONValue
        if let members, peek == UInt8(ascii: "{") {
            result = try object(depth: 1, keeping: members)
        } else {
            result = try value(depth: 0)
        }
        skipSpace()
        guard index == bytes.count else { throw failure("there is more after the end of the JSON text") }
        return result
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func failure(_ message: String) -> JSONError { JSONError(message: message, offset: index) }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= maximumDepth else { throw failure("nested too deeply") }
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case .some: return try number()
        case nil: throw failure("the JSON text ends too early")
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes.count - index >= text.utf8CodeUnitCount else { throw failure("the JSON text ends too early") }
        for offset in 0..<text.utf8CodeUnitCount where bytes[index + offset] != text.utf8Start[offset] {
            throw failure("unexpected character")
        }
        index += text.utf8CodeUnitCount
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipSpace()
        if peek == UInt8(ascii: "]") {
            index += 1
            return .array(elements)
        }
        while true {
            skipSpace()
            elements.append(try value(depth: depth))
            skipSpace()
            guard try continues(to: UInt8(ascii: "]")) else { return .array(elements) }
        }
    }

    private mutating func object(depth: Int, keeping kept: Set<String>? = nil) throws(JSONError) -> JSONValue {
        index += 1
        var members = JSONObject()
        skipSpace()
        if peek == UInt8(ascii: "}") {
            index += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a member name is expected") }
            let name = try string()
            skipSpace()
            guard peek == UInt8(ascii: ":") else { throw failure("a colon is expected") }
            index += 1
            skipSpace()
            if kept?.contains(name) ?? true {
                members.append(name, try value(depth: depth))
            } else {
                try skipValue(depth: depth)
            }
            skipSpace()
            guard try continues(to: UInt8(ascii: "}")) else { return .object(members) }
        }
    }

    /// Takes the comma before a next element, or the closing bracket.
    private mutating func continues(to closing: UInt8) throws(JSONError) -> Bool {
        switch peek {
        case UInt8(ascii: ","):
            index += 1
            return true
        case closing:
            index += 1
            return false
        case nil: throw failure("the JSON text ends too early")
        default: throw failure("a comma or a closing bracket is expected")
        }
    }

    /// Checks a value without keeping it.
    private mutating func skipValue(depth: Int) throws(JSONError) {
        guard depth <= maximumDepth else { throw failure("nested too deeply") }
        switch peek {
        case UInt8(ascii: "{"): _ = try object(depth: depth + 1, keeping: [])
        case UInt8(ascii: "["):
            index += 1
            skipSpace()
            if peek == UInt8(ascii: "]") {
                index += 1
                return
            }
            repeat {
                skipSpace()
                try skipValue(depth: depth + 1)
                skipSpace()
            } while try continues(to: UInt8(ascii: "]"))
        default: _ = try value(depth: depth)
        }
    }
}

// MARK: - Strings

extension JSONReader {
    private mutating func string() throws(JSONError) -> String {
        index += 1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = try validated(start..<index)
                index += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw failure("a control character stands in a string") }
            index += 1
        }
        throw failure("a string does not end")
    }

    private func validated(_ range: Range<Int>) throws(JSONError) -> String {
        guard let text = String(validating: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) else {
            throw JSONError(message: "a string is not UTF-8", offset: range.lowerBound)
        }
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var content = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw JSONError(message: "a string is not UTF-8", offset: start)
                }
                return text
            case UInt8(ascii: "\\"):
                index += 1
                content.append(contentsOf: try escape())
            case 0..<0x20: throw failure("a control character stands in a string")
            default:
                content.append(byte)
                index += 1
            }
        }
        throw failure("a string does not end")
    }

    /// The UTF-8 of the escape whose backslash has been taken.
    private mutating func escape() throws(JSONError) -> [UInt8] {
        guard let kind = peek else { throw failure("a string does not end") }
        index += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [kind]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try unicodeEscape())).utf8)
        default: throw failure("an unknown escape stands in a string")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let resume = index
        if first < 0xDC00, peek == UInt8(ascii: "\\"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "u") {
            index += 2
            let second = try fourDigits()
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
            index = resume
        }
        return "\u{FFFD}"
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw failure("a string does not end") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = PercentEncoding.digit(bytes[index]) else { throw failure("a broken \\u escape") }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }
}

// MARK: - Numbers

extension JSONReader {
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative { index += 1 }
        guard let first = digit else { throw failure("unexpected character") }
        var magnitude: UInt64 = 0
        var isExact = true
        let integerStart = index
        takeDigits(into: &magnitude, isExact: &isExact)
        if first == 0, index - integerStart > 1 { throw failure("a number starts with a zero") }
        var exponent = 0
        var isWhole = true
        if peek == UInt8(ascii: ".") {
            isWhole = false
            index += 1
            let fraction = index
            takeDigits(into: &magnitude, isExact: &isExact)
            guard index > fraction else { throw failure("a digit is expected after the point") }
            exponent = fraction - index
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            isWhole = false
            exponent += try takeExponent()
        }
        if isWhole, isExact, let value = Int(exactly: magnitude) { return .integer(isNegative ? -value : value) }
        return .double(try double(start..<index, isNegative, isExact ? magnitude : nil, exponent))
    }

    private var digit: UInt64? {
        guard let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        return UInt64(byte & 0x0F)
    }

    private mutating func takeDigits(into magnitude: inout UInt64, isExact: inout Bool) {
        while let digit {
            let (product, first) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.addingReportingOverflow(digit)
            if first || second { isExact = false }
            magnitude = sum
            index += 1
        }
    }

    private mutating func takeExponent() throws(JSONError) -> Int {
        index += 1
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative || peek == UInt8(ascii: "+") { index += 1 }
        guard digit != nil else { throw failure("a digit is expected in the exponent") }
        var exponent = 0
        while let digit {
            exponent = min(exponent * 10 + Int(digit), 1_000_000)
            index += 1
        }
        return isNegative ? -exponent : exponent
    }

    /// A product or quotient of two exactly represented numbers is correctly rounded; everything else goes to the
    /// standard library.
    private func double(
        _ range: Range<Int>,
        _ isNegative: Bool,
        _ magnitude: UInt64?,
        _ exponent: Int
    ) throws(JSONError) -> Double {
        if let magnitude, magnitude <= 1 << 53, abs(exponent) < Self.powersOfTen.count {
            let power = Self.powersOfTen[abs(exponent)]
            let value = exponent < 0 ? Double(magnitude) / power : Double(magnitude) * power
            return isNegative ? -value : value
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw JSONError(message: "a number is out of range", offset: range.lowerBound)
        }
        return value
    }
}
