/// Exponential back-off with full jitter.
struct Backoff {
    let base: Duration
    let longest: Duration

    /// `base` doubled with each attempt after the first, `longest` at most.
    func ceiling(ofAttempt attempt: Int) -> Duration {
        min(longest, base * (1 << min(max(attempt - 1, 0), 20)))
    }

    /// Any time up to the ceiling, so that those who failed together do not come back together.
    func delay(ofAttempt attempt: Int, random: inout some RandomNumberGenerator) -> Duration {
        .random(upTo: ceiling(ofAttempt: attempt), using: &random)
    }
}

extension Duration {
    /// A time between zero and `limit`, in whole microseconds.
    static func random(upTo limit: Duration, using random: inout some RandomNumberGenerator) -> Duration {
        .microseconds(Int64.random(in: 0...max(0, Int64(limit / .microseconds(1))), using: &random))
    }
}
