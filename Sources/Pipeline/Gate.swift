/// A dependency that may be failing: shut for a while after each failure, and after that tried with one call at a
/// time until one succeeds.
struct Gate {
    typealias Instant = ContinuousClock.Instant

    /// The first pause after a failure; it doubles from there.
    let shortest: Duration
    let longest: Duration
    private(set) var failures = 0
    private(set) var shutUntil: Instant?

    init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = longest
    }

    /// Whether the last call failed, so that only one may be under way.
    var isProbing: Bool { failures > 0 }

    func isShut(at now: Instant) -> Bool { shutUntil.map { now < $0 } ?? false }

    mutating func succeed() {
        failures = 0
        shutUntil = nil
    }

    /// Shuts for `delay`, or else for a pause that grows with the failures in a row. Failures of calls that were
    /// under way when it shut do not lengthen it.
    /// - Returns: the time it stays shut.
    mutating func fail(at now: Instant, delay: Duration?, random: inout some RandomNumberGenerator) -> Duration {
        let pause: Duration
        if isShut(at: now), let shutUntil {
            pause = max(shutUntil - now, delay ?? .zero)
        } else {
            failures += 1
            let ceiling = Backoff(base: shortest, longest: longest).ceiling(ofAttempt: failures)
            pause = delay ?? ceiling / 2 + .random(upTo: ceiling / 2, using: &random)
        }
        shutUntil = now + pause
        return pause
    }
}
