import EmbeddingCore
import Retry

/// Spreads calls over the minute: buckets for requests and for tokens, learning the limits from the answers' headers,
/// and a pause when the provider says so. A 429 also lowers a ceiling on the rate of calls, which then rises slowly, so
/// that the pace settles just below a limit that nobody told us.
struct Pacer: Sendable {
    typealias Instant = ContinuousClock.Instant

    struct Settings: Sendable, Hashable {
        /// nil without a limit of our own; the provider's headers may still set one.
        var requestsPerMinute: Int?
        var tokensPerMinute: Int?
        /// The largest burst after an idle time, as a part of the minute's allowance.
        var burst = Duration.seconds(2)
        /// The pauses after a 429 that says nothing.
        var pauses = Backoff(base: .seconds(1), longest: .seconds(60))
        /// How often one call is tried during a pause that the provider asked for.
        var probeInterval = Duration.seconds(60)
        /// What a 429 leaves of the rate at which it came.
        var slowing = 0.93
        /// How much the ceiling rises in a second.
        var recovery = 0.005
        /// Calls a second below which no ceiling goes.
        var slowest = 1.0 / 60
    }

    /// One limited resource: our own limit, and what the headers say.
    private struct Resource {
        let configured: Int?
        var learned: Int?
        var bucket: TokenBucket?

        var perSecond: Double? {
            let limits = [configured, learned].compactMap { $0 }
            return limits.min().map { Double($0) / 60 }
        }
    }

    private let settings: Settings
    private var requests: Resource
    private var tokens: Resource
    private(set) var pausedUntil: Instant?
    /// When one call may be tried although the pause is not over.
    private var probeAt: Instant?
    private var lastRefusal: Instant
    /// 429s since the last success.
    private var refusals = 0
    /// Calls a second at most, since a 429.
    private var ceiling: Double?
    private var ceilingSet: Instant
    private var lastLesson: Instant
    private var successes: CallRate

    init(settings: Settings, now: Instant) {
        self.settings = settings
        requests = Resource(configured: settings.requestsPerMinute)
        tokens = Resource(configured: settings.tokensPerMinute)
        ceilingSet = now
        lastLesson = now
        lastRefusal = now - .seconds(1)
        successes = CallRate(now: now)
        adjust(at: now)
    }

    /// When a call of that many tokens may start.
    mutating func earliest(tokens cost: Int, at now: Instant) -> Instant {
        raiseCeiling(at: now)
        var earliest = max(now, nextTry ?? now)
        if let bucket = requests.bucket { earliest = max(earliest, now + bucket.wait(for: 1, at: now)) }
        if let bucket = tokens.bucket { earliest = max(earliest, now + bucket.wait(for: Double(cost), at: now)) }
        return earliest
    }

    /// How long so many calls take at this pace, all tokens together.
    func wait(calls: Int, tokens cost: Int, at now: Instant) -> Duration {
        let pause = max(.zero, (nextTry ?? now) - now)
        let drains = [
            requests.bucket?.drain(Double(calls), at: now), tokens.bucket?.drain(Double(cost), at: now),
        ]
        return pause + (drains.compactMap { $0 }.max() ?? .zero)
    }

    /// When the next call may start for all that the pause says.
    var nextTry: Instant? {
        guard let pausedUntil, let probeAt else { return pausedUntil }
        return min(pausedUntil, probeAt)
    }

    /// Why a text whose time is up at `deadline` need not wait: the pause is longer, and no call may be tried now.
    func refusal(by deadline: Instant, at now: Instant) -> EmbeddingError? {
        guard let pausedUntil, let nextTry, pausedUntil > deadline, nextTry > now else { return nil }
        return EmbeddingError(.rateLimited, "the provider's rate limit is reached", retryAfter: nextTry - now)
    }

    mutating func start(tokens cost: Int, at now: Instant) {
        if let pausedUntil, now < pausedUntil { probeAt = now + settings.probeInterval }
        requests.bucket?.take(1, at: now)
        tokens.bucket?.take(Double(cost), at: now)
    }

    /// - Parameters:
    ///   - started: when the call began: one begun before a pause says nothing about it.
    ///   - estimated: what `start` was told.
    ///   - actual: what the provider counted; 0 when it did not.
    mutating func succeeded(
        started: Instant,
        estimated: Int,
        actual: Int,
        quota: ProviderQuota?,
        at now: Instant
    ) {
        refusals = 0
        if started > lastRefusal { (pausedUntil, probeAt) = (nil, nil) }
        successes.count(at: now)
        if actual > 0 { tokens.bucket?.give(Double(estimated - actual), at: now) }
        guard let quota else { return }
        learn(quota.requests, \.requests, at: now)
        learn(quota.tokens, \.tokens, at: now)
    }

    /// A 429: nothing starts until the pause is over, and the pace drops.
    /// - Parameters:
    ///   - started: when the call began.
    ///   - isBusy: whether texts wait, so that the calls that succeeded show what the provider allows.
    mutating func refused(started: Instant, retryAfter: Duration?, isBusy: Bool, jitter: Double, at now: Instant) {
        let longest = settings.pauses.ceiling(ofAttempt: refusals + 1)
        let pause = retryAfter ?? longest * (0.5 + jitter / 2)
        pausedUntil = max(pausedUntil ?? now, now + pause)
        probeAt = max(probeAt ?? now, now + settings.probeInterval)
        lastRefusal = now
        // Calls that were under way together are refused together: one lesson.
        guard started >= lastLesson else { return }
        lastLesson = now
        refusals += 1
        let seen = isBusy ? successes.average(at: now) : successes.peak(at: now)
        // A refusal before any success tells nothing about the rate: the pause alone answers it.
        guard seen > 0 || ceiling != nil else { return }
        let rate = [ceiling, requests.perSecond, seen].compactMap { $0 }.min() ?? seen
        ceiling = max(settings.slowest, rate * settings.slowing)
        ceilingSet = now
        adjust(at: now)
    }

    private mutating func raiseCeiling(at now: Instant) {
        guard let current = ceiling else { return }
        let seconds = (now - ceilingSet) / .seconds(1)
        guard seconds >= 1 else { return }
        let raised = current * (1 + settings.recovery * seconds)
        ceilingSet = now
        // Far above what is used a ceiling means nothing any more.
        let isIdle = raised > 100 + 4 * successes.peak(at: now)
        ceiling = isIdle || raised >= requests.perSecond ?? .infinity ? nil : raised
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
        let rate = [requests.perSecond, ceiling].compactMap { $0 }.min()
        requests.bucket = bucket(requests.bucket, perSecond: rate, at: now)
        tokens.bucket = bucket(tokens.bucket, perSecond: tokens.perSecond, at: now)
    }

    private func bucket(_ current: TokenBucket?, perSecond: Double?, at now: Instant) -> TokenBucket? {
        guard let perSecond else { return nil }
        let capacity = max(1, perSecond * (settings.burst / .seconds(1)))
        guard var bucket = current else { return TokenBucket(capacity: capacity, perSecond: perSecond, now: now) }
        bucket.setRate(perSecond: perSecond, capacity: capacity, at: now)
        return bucket
    }
}
