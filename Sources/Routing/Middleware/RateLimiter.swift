import HTTP
import Synchronization

/// One token bucket for each key, and one for all callers without a key.
final class RateLimiter: Sendable {
    private let buckets: Mutex<[TokenBucket]>

    /// - Parameter callers: how many can be told apart; the first has no key.
    init(perMinute: Int, callers: Int, now: ContinuousClock.Instant) {
        buckets = Mutex((0..<callers).map { _ in TokenBucket(perMinute: perMinute, now: now) })
    }

    /// - Throws: `APIError` 429 when the caller has used up its share.
    func admit(_ caller: Caller, now: ContinuousClock.Instant) throws {
        let index = caller.key.map { $0 + 1 } ?? 0
        let wait = buckets.withLock { $0[index].take(now: now) }
        guard let wait else { return }
        throw APIError(
            .tooManyRequests,
            .rateLimited,
            "this key has used up its requests; try again later",
            retryAfter: wait
        )
    }
}
