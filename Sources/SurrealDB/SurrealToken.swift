import JSON

/// A bearer token as `signin` gives it: a JSON Web Token (RFC 7519).
struct SurrealToken: Sendable, Hashable {
    let text: String
    /// How many seconds it is good for, by the server's clock; nil when the token does not say.
    let lifetime: Int64?

    init(_ text: String) {
        self.text = text
        lifetime = Self.lifetime(of: text)
    }

    /// Whether the token is good for another minute, so many seconds after it was given. Our clock may be hours off the
    /// server's: only what it says of itself counts, and one that is over early is refused and replaced.
    func isFresh(after age: Int64) -> Bool { lifetime.map { age < $0 - 60 } ?? true }

    /// From the claim `iat` to `exp` of the payload, the second part (RFC 7519 §4.1.4, §4.1.6).
    private static func lifetime(of token: String) -> Int64? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64.bytes(parts[1]), let claims = try? JSONValue(payload),
            let end = claims["exp"]?.integer, let start = claims["iat"]?.integer
        else { return nil }
        // What is no time, or leaves none, says nothing.
        let times = 0...(1 << 40)
        guard times.contains(start), times.contains(end), end - start > 60 else { return nil }
        return Int64(end - start)
    }
}
