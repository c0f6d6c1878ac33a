import HTTP

/// A media type without parameters, in lower case (RFC 9110 §8.3.1).
struct MediaType: Sendable, Hashable, CustomStringConvertible {
    let type: String
    let subtype: String

    var description: String { "\(type)/\(subtype)" }

    static let json = MediaType(type: "application", subtype: "json")
    static let html = MediaType(type: "text", subtype: "html")
    /// A JSON text a line.
    static let lines = MediaType(type: "application", subtype: "x-ndjson")
    static let eventStream = MediaType(type: "text", subtype: "event-stream")

    /// The type and the parameters of a header's value; nil when it is none.
    static func parse(_ value: some StringProtocol) -> (type: MediaType, parameters: [String: String])? {
        let parts = value.split(separator: ";").map { $0.trimmingSpaces().lowercased() }
        guard let first = parts.first else { return nil }
        // Java's URLConnection sends `*` for `*/*`.
        let names = (first == "*" ? "*/*" : first).split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else { return nil }
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let halves = part.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else { continue }
            parameters[String(halves[0])] = halves[1].trimmingSpaces().filter { $0 != "\"" }
        }
        return (MediaType(type: String(names[0]), subtype: String(names[1])), parameters)
    }

    /// Whether content of this type can be read as JSON in UTF-8.
    static func isJSON(_ value: String) -> Bool {
        guard let (media, parameters) = parse(value) else { return false }
        let isJSON = media == .json || (media.type == "application" && media.subtype.hasSuffix("+json"))
        return isJSON && ["utf-8", "utf8", "us-ascii", nil].contains(parameters["charset"])
    }

    /// Whether the `Accept` fields of a request admit this type (RFC 9110 §12.5.1). The most specific range decides.
    func isAccepted(by head: HTTPRequestHead) -> Bool {
        // RFC 9110 §12.5.1: no range is any, as it is without the field.
        guard let first = head.valueRange(of: "accept"), !first.isEmpty else { return true }
        if self == .json, head.isEqual(first, to: "*/*") || head.isEqual(first, to: "application/json") { return true }
        return rank(by: head).quality > 0
    }

    /// Whether a client that accepts both would rather have this one; a type that it names before one that it does not.
    func isPreferred(to other: MediaType, by head: HTTPRequestHead) -> Bool {
        let (own, others) = (rank(by: head), other.rank(by: head))
        return (own.quality, own.specificity) > (others.quality, others.specificity)
    }

    private func rank(by head: HTTPRequestHead) -> (specificity: Int, quality: Double) {
        var best = (specificity: 0, quality: 0.0)
        for range in head.headers("accept").flatMap({ $0.split(separator: ",") }) {
            guard let (media, parameters) = Self.parse(range) else { continue }
            let specificity = specificity(of: media)
            guard specificity > best.specificity else { continue }
            best = (specificity, parameters["q"].flatMap { Double($0) } ?? 1)
        }
        return best
    }

    /// 3 for the same type, 2 for `type/*`, 1 for `*/*`, 0 for no match.
    private func specificity(of range: MediaType) -> Int {
        if range == self { return 3 }
        if range.type == type, range.subtype == "*" { return 2 }
        return range.type == "*" && range.subtype == "*" ? 1 : 0
    }
}

extension StringProtocol {
    /// Without blanks and tabs at both ends.
    func trimmingSpaces() -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        guard let start = firstIndex(where: { !isSpace($0) }), let end = lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[start...end])
    }
}
