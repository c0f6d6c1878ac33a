import HTTP

/// Who may call, and how often. It is replaced as a whole when the keys change.
final class AccessControl: Sendable {
    let keys: KeyRing
    private let limiter: RateLimiter?

    /// - Parameter perMinute: requests a key may make; nil without limit.
    init(keys: KeyRing, perMinute: Int?, now: ContinuousClock.Instant) {
        self.keys = keys
        limiter = perMinute.map { RateLimiter(perMinute: $0, callers: keys.callers, now: now) }
    }

    /// Who asks. Open endpoints take anybody.
    /// - Throws: `APIError` 401.
    func caller(of head: HTTPRequestHead, at endpoint: Endpoint) throws -> Caller {
        endpoint.access == .open ? Caller() : try keys.caller(of: head)
    }

    /// Counts the request. Open endpoints cost nothing and are not counted.
    /// - Throws: `APIError` 429 when the caller has used up its share.
    func count(_ caller: Caller, at endpoint: Endpoint, now: ContinuousClock.Instant) throws {
        if endpoint.access == .key { try limiter?.admit(caller, now: now) }
    }
}
