import HTTP

/// Who may call what is not open to anybody, and how often. It is replaced as a whole when the keys change.
final class AccessControl: Sendable {
    private let keys: KeyRing
    private let limiter: RateLimiter?

    /// - Parameter perMinute: requests a key may make; nil without limit.
    init(keys: KeyRing, perMinute: Int?, now: ContinuousClock.Instant) {
        self.keys = keys
        limiter = perMinute.map { RateLimiter(perMinute: $0, callers: keys.callers, now: now) }
    }

    /// Who asks.
    /// - Throws: `APIError` 400 or 401 for its key, 403 for its key's scopes.
    func caller(of head: HTTPRequestHead, for access: Endpoint.Access) throws -> Caller {
        if access == .open { return .unknown }
        let caller = try keys.caller(of: head)
        if case .scope(let scope) = access { try caller.require(scope) }
        return caller
    }

    /// Counts a request that may go on.
    /// - Returns: what its caller may still ask; nil without limit.
    /// - Throws: `APIError` 429 when the caller has used up its share.
    func count(_ caller: Caller, for access: Endpoint.Access, now: ContinuousClock.Instant) throws -> Allowance? {
        access == .open ? nil : try limiter?.admit(caller, now: now)
    }
}
