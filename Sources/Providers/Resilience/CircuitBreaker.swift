import Retry

/// Keeps calls away from an endpoint that fails: it opens on the share of failures within a sliding window or on a run
/// of them, lets one call through when the pause is over, and closes when that one succeeds. Each failed probe doubles
/// the pause.
struct CircuitBreaker: Sendable {
    struct Settings: Sendable, Hashable {
        var window = Duration.seconds(30)
        /// Calls in the window below which the share says nothing.
        var minimumCalls = 10
        var failureShare = 0.5
        /// A run of failures that opens at once.
        var consecutiveFailures = 5
        /// The times for which it stays open.
        var pauses = Backoff(base: .seconds(5), longest: .seconds(120))
    }

    /// The raw value is that of the metric `circuit_breaker_state`.
    enum State: Int, Sendable, Hashable { case closed = 0, halfOpen = 1, open = 2 }

    typealias Instant = ContinuousClock.Instant

    private struct Slice {
        var index: Int64 = .min
        var calls = 0
        var failures = 0
    }

    private static let sliceCount = 10

    let settings: Settings
    private let origin: Instant
    private var slices = [Slice](repeating: Slice(), count: sliceCount)
    private var run = 0
    private var openUntil: Instant?
    private var pauses = 0
    private var isProbing = false

    init(settings: Settings = Settings(), now: Instant) {
        self.settings = settings
        origin = now
    }

    func state(at now: Instant) -> State {
        guard let openUntil else { return .closed }
        return now < openUntil ? .open : .halfOpen
    }

    /// When a call may start: nil for now. While a probe is under way others wait for its end.
    func blockedUntil(_ now: Instant) -> Instant? {
        guard let openUntil else { return nil }
        if now < openUntil { return openUntil }
        return isProbing ? now + settings.pauses.base : nil
    }

    /// Failures in a row or in the window, for choosing the better of two endpoints.
    func recentFailures(at now: Instant) -> Int {
        let current = sliceIndex(now)
        return slices.reduce(0) { $0 + (isRecent($1, current) ? $1.failures : 0) }
    }

    mutating func started(at now: Instant) {
        if openUntil != nil { isProbing = true }
    }

    mutating func succeeded(at now: Instant) {
        count(failed: false, at: now)
        run = 0
        if isProbing { close() }
    }

    mutating func failed(at now: Instant) {
        count(failed: true, at: now)
        run += 1
        if openUntil != nil {
            // A call begun before the opening says nothing new.
            guard isProbing else { return }
            open(at: now)
        } else if run >= settings.consecutiveFailures || isOverShare(now) {
            open(at: now)
        }
    }

    /// The call ended without a word about the endpoint's health: cancelled, or limited.
    mutating func abstained() { isProbing = false }

    private mutating func open(at now: Instant) {
        pauses += 1
        openUntil = now + settings.pauses.ceiling(ofAttempt: pauses)
        isProbing = false
    }

    private mutating func close() {
        openUntil = nil
        isProbing = false
        pauses = 0
        slices = [Slice](repeating: Slice(), count: Self.sliceCount)
    }

    private mutating func count(failed: Bool, at now: Instant) {
        let index = sliceIndex(now)
        let place = Int(index % Int64(Self.sliceCount))
        if slices[place].index != index { slices[place] = Slice(index: index) }
        slices[place].calls += 1
        if failed { slices[place].failures += 1 }
    }

    private func isOverShare(_ now: Instant) -> Bool {
        let current = sliceIndex(now)
        let recent = slices.filter { isRecent($0, current) }
        let calls = recent.reduce(0) { $0 + $1.calls }
        let failures = recent.reduce(0) { $0 + $1.failures }
        return calls >= settings.minimumCalls && Double(failures) >= Double(calls) * settings.failureShare
    }

    private func isRecent(_ slice: Slice, _ current: Int64) -> Bool {
        slice.index > current - Int64(Self.sliceCount) && slice.index <= current
    }

    private func sliceIndex(_ now: Instant) -> Int64 {
        max(0, Int64((now - origin) / (settings.window / Self.sliceCount)))
    }
}
