/// Classes of bytes in HTTP messages, one bit each.
struct ByteClass: OptionSet {
    let rawValue: UInt8

    /// `tchar` of RFC 9110 §5.6.2.
    static let token = ByteClass(rawValue: 1)
    /// What may stand in a request target: printable ASCII but for `#` (RFC 9112 §3.2).
    static let target = ByteClass(rawValue: 2)
    /// What may stand in a field value: `field-vchar`, space and tab (RFC 9110 §5.5).
    static let text = ByteClass(rawValue: 4)
    /// What may stand in a host name: `reg-name` of RFC 3986 §3.2.2, but for the comma of a joined list.
    static let host = ByteClass(rawValue: 8)
    static let hexadecimal = ByteClass(rawValue: 16)

    static func of(_ byte: UInt8) -> ByteClass { table[Int(byte)] }

    private static let table: [ByteClass] = (0...255).map { classify(UInt8($0)) }

    private static func classify(_ byte: UInt8) -> ByteClass {
        var result: ByteClass = []
        let isAlphanumeric =
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        if isAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains(byte) { result.insert(.token) }
        if (0x21...0x7E).contains(byte) && byte != 0x23 { result.insert(.target) }
        if (byte >= 0x20 && byte != 0x7F) || byte == 0x09 { result.insert(.text) }
        if isAlphanumeric || "-._~%!$&'()*+;=".utf8.contains(byte) { result.insert(.host) }
        if byte.hexadecimalValue != nil { result.insert(.hexadecimal) }
        return result
    }
}

extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    var isDigit: Bool { (0x30...0x39).contains(self) }

    /// This ASCII letter in lower case; any other byte unchanged.
    var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }

    var hexadecimalValue: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x37
        case 0x61...0x66: Int(self) - 0x57
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// Whether these bytes are `text`, compared without ASCII case.
    /// - Parameter text: in lower case.
    func isEqual(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index].lowercased != text.utf8Start[index] { return false }
        return true
    }

    /// The part without spaces and tabs around it (`OWS` of RFC 9110 §5.6.3).
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while let first = range.first, self[first].isBlank { range = first + 1..<range.upperBound }
        while let last = range.last, self[last].isBlank { range = range.lowerBound..<last }
        return range
    }
}

extension UInt8 {
    var isBlank: Bool { self == .space || self == .tab }
}
