/// A URL as logs and metrics show it.
enum EndpointLabel {
    /// Host and port alone: no scheme, no path, and above all no credentials.
    static func of(_ url: String) -> String {
        var rest = url[...]
        if let scheme = rest.range(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        return String(rest)
    }
}

extension EndpointLabel {
    /// The same with the scheme before it, where there is one.
    static func withScheme(_ url: String) -> String {
        guard let scheme = url[...].range(of: "://") else { return of(url) }
        return url[..<scheme.upperBound] + of(url)
    }
}

extension Substring {
    fileprivate func range(of separator: String) -> Range<Index>? { ranges(of: separator).first }
}
