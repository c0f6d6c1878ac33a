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
