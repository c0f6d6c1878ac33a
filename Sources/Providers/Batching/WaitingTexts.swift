/// How much waits at one priority, and since when.
struct WaitingTexts: Sendable, Hashable {
    private(set) var count = 0
    private(set) var tokens = 0
    /// When the oldest came, as far as it is known: a rest left by a full batch keeps the older time.
    private(set) var since: ContinuousClock.Instant?

    mutating func add(_ tokens: Int, at now: ContinuousClock.Instant) {
        if count == 0 { since = now }
        count += 1
        self.tokens += tokens
    }

    mutating func remove(_ tokens: Int) {
        count -= 1
        self.tokens -= tokens
        if count == 0 { since = nil }
    }
}
