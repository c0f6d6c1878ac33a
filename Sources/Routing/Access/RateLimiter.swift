import EmbeddingCore
import HTTP
import Synchronization

/// One token bucket for each key, and one for all callers without a key; each holds a minute's worth of requests.
final class RateLimiter: Sendable {
    private let buckets: Mutex<[TokenBucket]>

    /// - Parameter callers: how many can be told apart; the first has no key.
    init(perMinute: Int, callers: Int, now: ContinuousClock.Instant) {
        buckets = Mutex(
            (0..<callers).map { _ in
                TokenBucket(capacity: Double(perMinute), perSecond: Double(perMinute) / 60, now: now)
            }
        )
    }

    /// - Throws: `APIError` 429 when the caller has used up its share.
    func admit(_ caller: Caller, now: ContinuousClock.Instant) throws {
        let index = caller.key.map { $0 + 1 } ?? 0
        let wait = buckets.withLock { buckets in
            let wait = buckets[index].wait(for: 1, at: now)
            if wait == .zero { buckets[index].take(1, at: now) }
            return wait
        }
        guard wait > .zero else { return }
        throw APIError(
            .tooManyRequests,
            .rateLimited,
            "this key has used up its requests; try again later",
            retryAfter: wait
        )
    }
}
