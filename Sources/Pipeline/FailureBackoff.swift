import Retry

/// The back-off from a dependency that fails: no calls for a while after each failure, and after that one call at a
/// time until one succeeds.
struct FailureBackoff {
    typealias Instant = ContinuousClock.Instant

    /// The first pause after a failure; it doubles from there.
    let shortest: Duration
    let longest: Duration
    private(set) var failures = 0
    private(set) var pausedUntil: Instant?

    init(shortest: Duration, longest: Duration) {
        self.shortest = shortest
        self.longest = longest
    }

    /// Whether the last call failed, so that only one may be under way.
    var isProbing: Bool { failures > 0 }

    func isPaused(at now: Instant) -> Bool { pausedUntil.map { now < $0 } ?? false }

    mutating func succeed() {
        failures = 0
        pausedUntil = nil
    }

    /// Pauses for `delay`, or else for a time that grows with the failures in a row. Failures of calls that were under
    /// way when the pause began do not lengthen it.
    /// - Returns: the time until the end of the pause.
    mutating func fail(at now: Instant, delay: Duration?, random: inout some RandomNumberGenerator) -> Duration {
        let pause: Duration
        if isPaused(at: now), let pausedUntil {
            pause = max(pausedUntil - now, delay ?? .zero)
        } else {
            failures += 1
            let ceiling = Backoff(base: shortest, longest: longest).ceiling(ofAttempt: failures)
            pause = delay ?? ceiling / 2 + .random(upTo: ceiling / 2, using: &random)
        }
        pausedUntil = now + pause
        return pause
    }
}
