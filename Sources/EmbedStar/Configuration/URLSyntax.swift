/// Enough of RFC 3986 to refuse a setting that libcurl could not use.
enum URLSyntax {
    static func isValid(_ text: String, schemes: [String]) -> Bool {
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
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
