/// Where a redirect leads.
enum RedirectTarget {
    /// The URL that `location` means in an answer from `base` (RFC 3986 §5.2, for what hubs send: absolute URLs and
    /// absolute paths).
    /// - Returns: nil for anything else, and when it leads from https to http.
    static func of(_ location: String, from base: String) -> String? {
        if location.hasPrefix("//") { return nil }
        if location.hasPrefix("/") { return origin(of: base).map { $0 + location } }
        guard let target = origin(of: location) else { return nil }
        return base.hasPrefix("https://") && !target.hasPrefix("https://") ? nil : location
    }

    /// Scheme, host and port of an http or https URL, in lower case.
    static func origin(of url: String) -> String? {
        let lower = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else { return nil }
        let authority = lower.dropFirst(scheme.utf8.count).prefix { !"/?#\\".contains($0) }
        return authority.isEmpty || authority.contains("@") ? nil : scheme + authority
    }
}

/// `Content-Range` of a part (RFC 9110 §14.4).
struct ContentRange: Hashable {
    let start: Int
    let total: Int?

    /// - Returns: nil unless it is `bytes first-last/total`, total perhaps `*`.
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let halves = parts[1].split(separator: "/")
        guard halves.count == 2, let first = halves[0].split(separator: "-").first.flatMap({ Int($0) }), first >= 0
        else { return nil }
        start = first
        total = Int(halves[1]).flatMap(HubFile.size)
    }
}
