import HTTP

/// Who may call what is not open to anybody, and how often. It is replaced as a whole when the keys change.
final class AccessControl: Sendable {
    let keys: KeyRing
    private let limiter: RateLimiter?

    /// - Parameter perMinute: requests a key may make; nil without limit.
    init(keys: KeyRing, perMinute: Int?, now: ContinuousClock.Instant) {
        self.keys = keys
        limiter = perMinute.map { RateLimiter(perMinute: $0, callers: keys.callers, now: now) }
    }

    /// Counts a request.
    /// - Throws: `APIError` 429 when the caller has used up its share.
    func count(_ caller: Caller, now: ContinuousClock.Instant) throws { try limiter?.admit(caller, now: now) }
}
