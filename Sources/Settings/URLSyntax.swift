/// Enough of RFC 3986 to refuse a setting that libcurl could not use.
package enum URLSyntax {
    package static func isValid(_ text: String, schemes: [String]) -> Bool {
        guard let colon = text.firstRange(of: "://"),
            schemes.contains(text[..<colon.lowerBound].lowercased()),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
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

    /// `text` with the credentials of every URL in it (RFC 3986 §3.2.1) replaced by `***`.
    package static func masked(_ text: String) -> String {
        text.split(separator: ",", omittingEmptySubsequences: false).map { url in
            guard let credentials = credentials(in: url) else { return String(url) }
            return url[..<credentials.startIndex] + "***" + url[credentials.endIndex...]
        }.joined(separator: ",")
    }

    /// What stands between `://` and the `@` of the authority.
    package static func credentials(in url: some StringProtocol) -> Substring? {
        let url = Substring(url)
        guard let colon = url.firstRange(of: "://") else { return nil }
        let authority = url[colon.upperBound...].prefix { !"/?#".contains($0) }
        return authority.lastIndex(of: "@").map { url[colon.upperBound..<$0] }
    }
}
