/// Where servers redirect requests to.
package enum Redirection {
    /// The URL that `location` means in an answer of `url` (RFC 3986 §5.2); dot segments are left to the client.
    /// - Returns: nil when it is no http or https URL, has credentials or a backslash, or leads from https to http.
    package static func target(_ location: String, of url: String) -> String? {
        let target = resolved(location, of: url)
        guard !target.contains("\\"), let origin = origin(of: target) else { return nil }
        return url.lowercased().hasPrefix("https:") && !origin.hasPrefix("https:") ? nil : target
    }

    /// Scheme, host and port of an http or https URL (RFC 6454 §4), in lower case, without the port that the scheme has
    /// anyway; nil for others and for a URL with credentials.
    package static func origin(of url: String) -> String? {
        let origin = url[..<authorityEnd(in: url)].lowercased()
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
            guard origin.utf8.count > scheme.utf8.count, !origin.contains("@") else { return nil }
            return origin.hasSuffix(port) ? String(origin.dropLast(port.count)) : origin
        }
        return nil
    }

    private static func resolved(_ location: String, of url: String) -> String {
        if scheme(of: location) != nil { return location }
        if location.hasPrefix("//") { return "\(scheme(of: url) ?? "http"):\(location)" }
        let end = authorityEnd(in: url)
        let origin = url[..<end]
        if location.hasPrefix("/") { return "\(origin)\(location)" }
        let path = url[end...].prefix { $0 != "?" && $0 != "#" }
        if location.isEmpty || location.hasPrefix("?") || location.hasPrefix("#") {
            return "\(origin)\(path)\(location)"
        }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return "\(origin)\(folder)\(location)"
    }

    private static func scheme(of url: String) -> Substring? {
        let scheme = url.prefix { !":/?#".contains($0) }
        return scheme.endIndex < url.endIndex && url[scheme.endIndex] == ":" ? scheme : nil
    }

    private static func authorityEnd(in url: String) -> String.Index {
        guard let start = url.firstRange(of: "://")?.upperBound else { return url.startIndex }
        return url[start...].firstIndex { "/?#\\".contains($0) } ?? url.endIndex
    }
}
