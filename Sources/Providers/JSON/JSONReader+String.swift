extension JSONReader {
    /// A string with its escapes resolved. Lone surrogates become U+FFFD.
    mutating func readString() throws(JSONError) -> String {
        let raw = try readRawString()
        guard raw.hasEscapes else { return String(decoding: bytes[raw.range], as: UTF8.self) }
        return unescape(raw.range)
    }

    /// Where the content of a string stands, quotes left out, and whether it holds escapes.
    mutating func readRawString() throws(JSONError) -> (range: Range<Int>, hasEscapes: Bool) {
        try expect(UInt8(ascii: "\""))
        let start = position
        var hasEscapes = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return (start..<(position - 1), hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += 2
            default: position += 1
            }
        }
        throw .truncated
    }

    private func unescape(_ range: Range<Int>) -> String {
        var units: [UInt16] = []
        var plain: [UInt8] = []
        var text = ""
        func flush() {
            if !plain.isEmpty {
                text += String(decoding: plain, as: UTF8.self)
                plain.removeAll(keepingCapacity: true)
            }
            if !units.isEmpty {
                text += String(decoding: units, as: UTF16.self)
                units.removeAll(keepingCapacity: true)
            }
        }
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\\"), index + 1 < range.upperBound else {
                if !units.isEmpty { flush() }
                plain.append(byte)
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            if escape == UInt8(ascii: "u") {
                if !plain.isEmpty { flush() }
                units.append(hexUnit(at: index, below: range.upperBound))
                index = min(index + 4, range.upperBound)
            } else {
                if !units.isEmpty { flush() }
                plain.append(Self.unescaped(escape))
            }
        }
        flush()
        return text
    }

    private func hexUnit(at index: Int, below end: Int) -> UInt16 {
        guard index + 4 <= end else { return 0xFFFD }
        let digits = String(decoding: bytes[index..<(index + 4)], as: UTF8.self)
        return UInt16(digits, radix: 16) ?? 0xFFFD
    }

    private static func unescaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        default: byte
        }
    }
}
