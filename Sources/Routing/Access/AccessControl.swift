import HTTP

/// Who may call what is not open to anybody, and how often. It is replaced as a whole when the keys change.
final class AccessControl: Sendable {
    private let keys: KeyRing
    private let limiter: RateLimiter?

    /// - Parameter perMinute: requests a key may make; nil without limit.
    init(keys: KeyRing, perMinute: Int?, now: ContinuousClock.Instant) {
        self.keys = keys
        limiter = perMinute.map { RateLimiter(perMinute: $0, keys: keys.count, now: now) }
    }

    /// Who asks; of what is optional nobody, where it is not theirs.
    /// - Throws: `APIError` 400 or 401 for its key, 403 for its key's scopes.
    func caller(of head: HTTPRequestHead, for access: Endpoint.Access) throws -> Caller {
        switch access {
        case .open: return .unknown
        case .key: return try keys.caller(of: head)
        case .scope(let scope):
            let caller = try keys.caller(of: head)
            try caller.require(scope)
            return caller
        case .optional(let scope):
            guard !head.queryRange.isEmpty, let caller = try? keys.caller(of: head), caller.scopes.contains(scope)
            else { return .unknown }
            return caller
        }
    }

    /// Counts a request that may continue; whoever has used up its share continues as nobody where access is optional.
    /// - Returns: what its caller may still ask; nil without limit.
    /// - Throws: `APIError` 429 when the caller has used up its share.
    func count(
        _ caller: inout Caller,
        from peer: String,
        for access: Endpoint.Access,
        now: @autoclosure () -> ContinuousClock.Instant
    ) throws -> Allowance? {
        guard let limiter, caller != .unknown else { return nil }
        do {
            return try limiter.admit(caller, from: peer, now: now())
        } catch {
            guard case .optional = access else { throw error }
            caller = .unknown
            return nil
        }
    }
}
