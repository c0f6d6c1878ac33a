import EmbeddingCore

/// Spreads calls over the minute: buckets for requests and for tokens, learning the limits from the answers' headers,
/// and a pause when the provider says so.
struct Pacer: Sendable {
    typealias Instant = ContinuousClock.Instant

    struct Settings: Sendable, Hashable {
        /// nil without a limit of our own; the provider's headers may still set one.
        var requestsPerMinute: Int?
        var tokensPerMinute: Int?
        /// The largest burst after an idle time, as a part of the minute's allowance.
        var burst = Duration.seconds(2)
        /// The first pause after a 429 that says nothing; it doubles.
        var pause = Duration.seconds(1)
        var longestPause = Duration.seconds(60)
        /// How far a 429 slows the pace, and how much of the full pace comes back a second.
        var slowing = 0.9
        var recoveryPerSecond = 0.01
        var slowest = 0.1
    }

    /// One limited resource: our own limit, and what the headers say.
    private struct Resource {
        let configured: Int?
        var learned: Int?
        var bucket: TokenBucket?

        var perMinute: Int? {
            guard let configured else { return learned }
            return learned.map { min($0, configured) } ?? configured
        }
    }

    private let settings: Settings
    private var requests: Resource
    private var tokens: Resource
    private(set) var pausedUntil: Instant?
    /// 429s since the last success.
    private var refusals = 0
    private var speed = 1.0
    private var speedSet: Instant

    init(settings: Settings, now: Instant) {
        self.settings = settings
        requests = Resource(configured: settings.requestsPerMinute)
        tokens = Resource(configured: settings.tokensPerMinute)
        speedSet = now
        adjust(at: now)
    }

    /// When a call of that many tokens may start.
    mutating func earliest(tokens cost: Int, at now: Instant) -> Instant {
        recover(at: now)
        var earliest = max(now, pausedUntil ?? now)
        if let bucket = requests.bucket { earliest = max(earliest, now + bucket.wait(for: 1, at: now)) }
        if let bucket = tokens.bucket { earliest = max(earliest, now + bucket.wait(for: Double(cost), at: now)) }
        return earliest
    }

    mutating func start(tokens cost: Int, at now: Instant) {
        requests.bucket?.take(1, at: now)
        tokens.bucket?.take(Double(cost), at: now)
    }

    /// - Parameters:
    ///   - estimated: what `start` was told.
    ///   - actual: what the provider counted; 0 when it did not.
    mutating func succeeded(estimated: Int, actual: Int, quota: ProviderQuota?, at now: Instant) {
        refusals = 0
        if actual > 0 { tokens.bucket?.give(Double(estimated - actual), at: now) }
        guard let quota else { return }
        learn(quota.requests, \.requests, at: now)
        learn(quota.tokens, \.tokens, at: now)
    }

    /// A 429: nothing starts until the pause is over, and the pace drops a little.
    mutating func refused(retryAfter: Duration?, jitter: Double, at now: Instant) {
        let isFirst = pausedUntil.map { $0 <= now } ?? true
        let doubled = min(settings.longestPause, settings.pause * (1 << min(refusals, 10)))
        let pause = retryAfter ?? doubled * (0.5 + jitter / 2)
        pausedUntil = max(pausedUntil ?? now, now + pause)
        // Calls that were under way together are refused together: one lesson.
        guard isFirst else { return }
        refusals += 1
        speed = max(settings.slowest, speed * settings.slowing)
        speedSet = now
        adjust(at: now)
    }

    private mutating func recover(at now: Instant) {
        guard speed < 1 else { return }
        let seconds = (now - speedSet) / .seconds(1)
        guard seconds >= 1 else { return }
        speed = min(1, speed + seconds * settings.recoveryPerSecond)
        speedSet = now
        adjust(at: now)
    }

    private mutating func learn(
        _ window: ProviderQuota.Window,
        _ resource: WritableKeyPath<Pacer, Resource>,
        at now: Instant
    ) {
        if let limit = window.limit, self[keyPath: resource].learned != limit {
            self[keyPath: resource].learned = limit
            adjust(at: now)
        }
        if let remaining = window.remaining { self[keyPath: resource].bucket?.lower(to: Double(remaining), at: now) }
    }

    private mutating func adjust(at now: Instant) {
        requests.bucket = bucket(for: requests, at: now)
        tokens.bucket = bucket(for: tokens, at: now)
    }

    private func bucket(for resource: Resource, at now: Instant) -> TokenBucket? {
        guard let perMinute = resource.perMinute else { return nil }
        let perSecond = Double(perMinute) / 60 * speed
        let capacity = max(1, perSecond * (settings.burst / .seconds(1)))
        guard var bucket = resource.bucket else {
            return TokenBucket(capacity: capacity, perSecond: perSecond, now: now)
        }
        bucket.setRate(perSecond: perSecond, capacity: capacity, at: now)
        return bucket
    }
}
