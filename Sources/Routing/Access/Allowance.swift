import HTTP

/// What a caller may still ask of its share of requests.
struct Allowance: Sendable, Hashable {
    /// The share: requests in a minute.
    var limit: Int
    var remaining: Int
    /// Seconds until all of it is there again.
    var reset: Int

    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10 §3, §4), and OpenAI's fields.
    func append(to headers: inout HTTPHeaders) {
        headers.append("RateLimit-Policy", #""key";q=\#(limit);w=60"#)
        headers.append("RateLimit", #""key";r=\#(remaining);t=\#(reset)"#)
        headers.append("X-RateLimit-Limit-Requests", String(limit))
        headers.append("X-RateLimit-Remaining-Requests", String(remaining))
        headers.append("X-RateLimit-Reset-Requests", "\(reset)s")
    }
}
