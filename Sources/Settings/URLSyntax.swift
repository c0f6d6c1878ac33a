/// Enough of RFC 3986 to refuse a setting that libcurl could not use.
package enum URLSyntax {
    static func isValid(_ text: String, schemes: [String]) -> Bool {
        guard let colon = text.firstRange(of: "://"),
            schemes.contains(text[..<colon.lowerBound].lowercased()),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return false }
        let authority = text[colon.upperBound...].prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@").last ?? ""
        guard !host.isEmpty, !host.hasPrefix(":") else { return false }
        guard let port = host.split(separator: "]").last?.split(separator: ":", omittingEmptySubsequences: false),
            port.count == 2
        else { return true }
        return Int(port[1]).map { (1...65535).contains($0) } ?? false
    }

    /// Whether paths can be put after it.
    package static func isBase(_ text: String, schemes: [String]) -> Bool {
        isValid(text, schemes: schemes) && !text.utf8.contains { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
    }

    /// Whether `text` is an origin as browsers write it (RFC 6454 §6.2): a scheme and an authority, no more.
    package static func isOrigin(_ text: String) -> Bool {
        guard let colon = text.firstRange(of: "://") else { return false }
        let scheme = text[..<colon.lowerBound].lowercased()
        return !scheme.isEmpty && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
            && isValid(text, schemes: [scheme]) && !text[colon.upperBound...].contains { "/?#@".contains($0) }
    }

    /// Whether `text` is a host's name, without port, or `*.` and the end of one.
    package static func isHostPattern(_ text: String) -> Bool {
        let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
        return !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._:".contains($0)) }
    }

    /// `text` with the credentials of every URL in it (RFC 3986 §3.2.1) replaced by `***`. It may be none that is valid: a
    /// password may hold what should be encoded, and the scheme may be missing.
    package static func masked(_ text: String) -> String {
        let mark = Array("://".utf8)
        var rest = Array(text.utf8)[...]
        var result: [UInt8] = []
        var isAfterScheme = false
        while !rest.isEmpty {
            var part = rest[..<(rest.firstRange(of: mark)?.upperBound ?? rest.endIndex)]
            rest = rest[part.endIndex...]
            let at = part.lastIndex(of: UInt8(ascii: "@"))
            if let at, isAfterScheme || part[..<at].contains(UInt8(ascii: ":")) {
                result += "***".utf8
                part = part[at...]
            }
            result += part
            isAfterScheme = true
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// What stands between `://` and the `@` of the authority.
    package static func credentials(in url: some StringProtocol) -> Substring? {
        let url = Substring(url)
        guard let colon = url.firstRange(of: "://") else { return nil }
        let authority = url[colon.upperBound...].prefix { !"/?#".contains($0) }
        return authority.lastIndex(of: "@").map { url[colon.upperBound..<$0] }
    }
}
