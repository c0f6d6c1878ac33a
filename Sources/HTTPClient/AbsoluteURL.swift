#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a client needs to know of a URL before libcurl reads it (RFC 3986, section 3).
struct AbsoluteURL: Hashable {
    /// Scheme, host and port as written, in lower case: what connections are shared by.
    let origin: String
    /// In lower case, without port, brackets and final dot.
    let host: String
    let isSecure: Bool
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
        self.host = Self.name(of: origin.dropFirst(scheme.utf8.count + 3))
    }

    private static func name(of host: Substring) -> String {
        if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" && $0 != "%" }) }
        let name = host.prefix { $0 != ":" }
        return String(name.hasSuffix(".") ? name.dropLast() : name)
    }

    /// Whether the host is this machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3), in any of the ways in which
    /// its addresses are written; the unspecified address leads here, too.
    var isLoopback: Bool {
        if Self.ownNames.contains(host) || host.hasSuffix(".localhost") { return true }
        var four = in_addr()
        if inet_aton(host, &four) != 0 { return Self.isLoopback(UInt32(bigEndian: four.s_addr)) }
        var six = in6_addr()
        guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        let isMapped = bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
        if isMapped { return Self.isLoopback(bytes[12...].reduce(0) { $0 << 8 | UInt32($1) }) }
        return bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
    }

    private static func isLoopback(_ address: UInt32) -> Bool { address >> 24 == 127 || address == 0 }

    /// What the file of hosts calls it.
    private static let ownNames: Set = ["localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"]

    /// A backslash ends it too, as some parsers take it for a slash.
    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
            || byte == UInt8(ascii: "\\")
    }
}
