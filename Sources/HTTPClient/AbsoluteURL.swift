import EventLoop

/// What a client needs to know of a URL before libcurl reads it (RFC 3986, section 3).
struct AbsoluteURL: Hashable {
    /// Scheme, host and port as written, in lower case: what connections are shared by.
    let origin: String
    /// In lower case, without port, brackets and final dot.
    let host: String
    let isSecure: Bool
    /// The URL without credentials, query and fragment.
    let redacted: String

    /// - Returns: nil unless `url` is an absolute `http` or `https` URL of visible ASCII characters. A backslash is none of
    ///   a URL's, and one parser's slash is another's letter.
    init?(_ url: String) {
        let bytes = Array(url.utf8)
        guard bytes.count <= 8192, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            return nil
        }
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

    /// Whether the URL leads to this machine.
    var isLocal: Bool { KnownHost(host) != nil || Self.ownNames.contains(host) }

    /// What files of hosts call this machine.
    private static let ownNames: Set = ["localhost.localdomain", "ip6-localhost", "ip6-loopback"]

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }
}
