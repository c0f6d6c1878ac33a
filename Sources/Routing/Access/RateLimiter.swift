import EmbeddingCore
import HTTP
import Synchronization

/// One token bucket for each key, and one for all callers without a key; each holds a minute's worth of requests.
final class RateLimiter: Sendable {
    private let perMinute: Int
    private let buckets: Mutex<[TokenBucket]>

    /// - Parameter callers: how many can be told apart; the first has no key.
    init(perMinute: Int, callers: Int, now: ContinuousClock.Instant) {
        self.perMinute = perMinute
        buckets = Mutex(
            (0..<callers).map { _ in
                TokenBucket(capacity: Double(perMinute), perSecond: Double(perMinute) / 60, now: now)
            }
        )
    }

    /// - Returns: what is left to the caller.
    /// - Throws: `APIError` 429 when it has used up its share.
    func admit(_ caller: Caller, now: ContinuousClock.Instant) throws -> Allowance {
        let index = caller.key.map { $0 + 1 } ?? 0
        let (wait, allowance) = buckets.withLock { buckets in
            let wait = buckets[index].wait(for: 1, at: now)
            if wait == .zero { buckets[index].take(1, at: now) }
            return (wait, remainder(of: buckets[index], at: now))
        }
        guard wait > .zero else { return allowance }
        var error = APIError(
            .tooManyRequests,
            .rateLimited,
            "this key has used up its requests; try again later",
            retryAfter: wait
        )
        error.allowance = allowance
        throw error
    }

    private func remainder(of bucket: TokenBucket, at now: ContinuousClock.Instant) -> Allowance {
        let full = bucket.wait(for: Double(perMinute), at: now)
        return Allowance(
            limit: perMinute,
            remaining: max(0, Int(bucket.level(at: now) + 1e-9)),
            reset: Int((full / .seconds(1)).rounded(.up))
        )
    }
}
