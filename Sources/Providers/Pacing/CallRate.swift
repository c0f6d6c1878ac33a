/// How many calls succeeded lately: counts by second over the last ten.
struct CallRate: Sendable, Hashable {
    private static let span = 10

    private let origin: ContinuousClock.Instant
    private var counts = [Int](repeating: 0, count: span)
    private var newest = 0

    init(now: ContinuousClock.Instant) { origin = now }

    mutating func count(at now: ContinuousClock.Instant) {
        turn(to: now)
        counts[newest % Self.span] += 1
    }

    /// Calls a second over the whole time, which is shorter than ten seconds at the start.
    mutating func average(at now: ContinuousClock.Instant) -> Double {
        turn(to: now)
        let elapsed = max(1, min(Double(Self.span), (now - origin) / .seconds(1)))
        return Double(counts.reduce(0, +)) / elapsed
    }

    /// The best second.
    mutating func peak(at now: ContinuousClock.Instant) -> Double {
        turn(to: now)
        return Double(counts.max() ?? 0)
    }

    private mutating func turn(to now: ContinuousClock.Instant) {
        let second = max(newest, Int((now - origin) / .seconds(1)))
        for passed in (newest + 1)..<max(newest + 1, min(second, newest + Self.span) + 1) {
            counts[passed % Self.span] = 0
        }
        if second - newest > Self.span { counts = [Int](repeating: 0, count: Self.span) }
        newest = second
    }
}
