import EmbeddingCore
import HTTP
import Synchronization

/// One token bucket for each key; callers without a key are told apart by their addresses, as far as the buckets for them
/// go. Each holds a minute's worth of requests.
final class RateLimiter: Sendable {
    /// For callers without a key; two may share one by chance.
    private static let addresses = 1024

    private let perMinute: Int
    private let buckets: Mutex<[TokenBucket]>

    /// - Parameter keys: how many can be told apart.
    init(perMinute: Int, keys: Int, now: ContinuousClock.Instant) {
        self.perMinute = perMinute
        buckets = Mutex(
            (0..<keys + Self.addresses).map { _ in
                TokenBucket(capacity: Double(perMinute), perSecond: Double(perMinute) / 60, now: now)
            }
        )
    }

    /// - Returns: what is left to the caller.
    /// - Throws: `APIError` 429 when it has used up its share.
    func admit(_ caller: Caller, from peer: String, now: ContinuousClock.Instant) throws -> Allowance {
        let index = caller.key.map { $0 + Self.addresses } ?? Self.place(of: peer)
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

    private static func place(of peer: String) -> Int {
        Int(UInt(bitPattern: TrustedProxies.host(of: peer).hashValue) % UInt(addresses))
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
