import JSON

/// A bearer token as `signin` gives it: a JSON Web Token (RFC 7519).
struct SurrealToken: Sendable, Hashable {
    let text: String
    /// Seconds since 1970; nil when the token names no end.
    let expiry: Int64?

    init(_ text: String) {
        self.text = text
        expiry = Self.expiry(of: text)
    }

    /// Whether the token is good for another minute.
    func isFresh(at now: Int64) -> Bool { expiry.map { $0 - now > 60 } ?? true }

    /// The claim `exp` of the payload, the second part (RFC 7519 §4.1.4).
    private static func expiry(of token: String) -> Int64? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64.bytes(parts[1]) else { return nil }
        return (try? JSONValue(payload))?["exp"]?.integer.map(Int64.init)
    }
}
