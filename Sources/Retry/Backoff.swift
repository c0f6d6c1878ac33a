/// Exponential back-off: how long to wait between tries of what failed.
package struct Backoff: Sendable, Hashable {
    package var base: Duration
    package var longest: Duration

    package init(base: Duration, longest: Duration) {
        self.base = base
        self.longest = longest
    }

    /// `base` doubled with each attempt after the first, `longest` at most.
    /// - Parameter attempt: tries made so far, 1 after the first.
    package func ceiling(ofAttempt attempt: Int) -> Duration {
        min(longest, base * (1 << min(max(attempt - 1, 0), 20)))
    }

    /// Full jitter: any time up to the ceiling, so that those who failed together do not come back together.
    package func delay(ofAttempt attempt: Int, random: inout some RandomNumberGenerator) -> Duration {
        .random(upTo: ceiling(ofAttempt: attempt), using: &random)
    }
}

extension Duration {
    /// A time between zero and `limit`, in whole microseconds.
    package static func random(upTo limit: Duration, using random: inout some RandomNumberGenerator) -> Duration {
        .microseconds(Int64.random(in: 0...max(0, Int64(limit / .microseconds(1))), using: &random))
    }
}
