/// What a client needs to know of a URL before libcurl reads it (RFC 3986, section 3).
struct AbsoluteURL: Hashable {
    /// Scheme, host and port as written, in lower case: what connections are shared by.
    let origin: String
    let isSecure: Bool
    /// Whether the host is this machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    let isLoopback: Bool
    /// The URL without credentials, query and fragment.
    let redacted: String

    /// - Returns: nil unless `url` is an absolute `http` or `https` URL of visible ASCII characters.
    init?(_ url: String) {
        let bytes = Array(url.utf8)
        guard bytes.count <= 8192, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon <= 5 else { return nil }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = bytes[(colon + 1)...]
        guard rest.starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")]) else { return nil }
        let hierarchy = rest.dropFirst(2)
        let authorityEnd = hierarchy.firstIndex { Self.endsAuthority($0) } ?? hierarchy.endIndex
        let authority = hierarchy[..<authorityEnd]
        let host = authority[(authority.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? authority.startIndex)...]
        guard !host.isEmpty else { return nil }
        let path = hierarchy[authorityEnd...].prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        isSecure = scheme == "https"
        origin = scheme + "://" + String(decoding: host, as: UTF8.self).lowercased()
        redacted = origin + String(decoding: path, as: UTF8.self)
        isLoopback = Self.isLoopback(origin.dropFirst(scheme.utf8.count + 3))
    }

    /// - Parameter host: perhaps with a port, in lower case.
    private static func isLoopback(_ host: Substring) -> Bool {
        if host == "[::1]" || host.hasPrefix("[::1]:") { return true }
        let name = host.prefix { $0 != ":" }
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// A backslash ends it too, as some parsers take it for a slash.
    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
            || byte == UInt8(ascii: "\\")
    }
}
