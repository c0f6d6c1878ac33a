/// A rate limit: a bucket that holds a minute's worth of requests and fills up steadily.
struct TokenBucket: Sendable {
    private let capacity: Double
    private var tokens: Double
    private var updated: ContinuousClock.Instant

    init(perMinute: Int, now: ContinuousClock.Instant) {
        capacity = Double(perMinute)
        tokens = capacity
        updated = now
    }

    /// Takes one token. - Returns: nil, or how long to wait when there is none.
    mutating func take(now: ContinuousClock.Instant) -> Duration? {
        let perSecond = capacity / 60
        if now > updated {
            let elapsed = (now - updated) / .seconds(1)
            tokens = min(capacity, tokens + elapsed * perSecond)
            updated = now
        }
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return .seconds((1 - tokens) / perSecond)
    }
}
