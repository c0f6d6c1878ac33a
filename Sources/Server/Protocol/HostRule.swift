/// The grammar of `Host` (RFC 9110 §7.2): `uri-host [ ":" port ]`, without userinfo.
enum HostRule {
    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        guard let end = bytes[0] == UInt8(ascii: "[") ? endOfLiteral(bytes) : endOfName(bytes) else { return false }
        return end == bytes.count || isPort(bytes, from: end)
    }

    /// `IP-literal` of RFC 3986 §3.2.2; only its alphabet is checked.
    private static func endOfLiteral(_ bytes: Span<UInt8>) -> Int? {
        var index = 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "]") {
            let byte = bytes[index]
            guard byte.hexadecimalValue != nil || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
            else { return nil }
            index += 1
        }
        return index > 2 && index < bytes.count ? index + 1 : nil
    }

    private static func endOfName(_ bytes: Span<UInt8>) -> Int? {
        var index = 0
        while index < bytes.count, ByteSet.host.contains(bytes[index]) {
            if bytes[index] == UInt8(ascii: "%"), !isPercentEncoded(bytes, at: index) { return nil }
            index += 1
        }
        return index > 0 ? index : nil
    }

    private static func isPercentEncoded(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        index + 2 < bytes.count && bytes[index + 1].hexadecimalValue != nil
            && bytes[index + 2].hexadecimalValue != nil
    }

    private static func isPort(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        guard bytes[start] == UInt8(ascii: ":"), bytes.count - start <= 6 else { return false }
        var port = 0
        for index in start + 1..<bytes.count {
            guard bytes[index].isDigit else { return false }
            port = port * 10 + Int(bytes[index] - 0x30)
        }
        return port <= 65535
    }
}
