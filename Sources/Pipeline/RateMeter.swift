/// Counts events over the last half minute, in buckets of one second.
struct RateMeter {
    typealias Instant = ContinuousClock.Instant

    private var buckets = [Int](repeating: 0, count: Self.window)
    private var second = 0
    private let start: Instant
    private static let window = 30

    init(start: Instant) { self.start = start }

    mutating func add(_ count: Int, at now: Instant) {
        advance(to: now)
        buckets[second % Self.window] += count
    }

    /// Events a second, over the time since the start where that is shorter than the window.
    mutating func rate(at now: Instant) -> Double {
        advance(to: now)
        let span = min(Double(Self.window), max(1, (now - start) / .seconds(1)))
        return Double(buckets.reduce(0, +)) / span
    }

    private mutating func advance(to now: Instant) {
        let target = Int((now - start) / .seconds(1))
        guard target > second else { return }
        for step in 1...min(target - second, Self.window) { buckets[(second + step) % Self.window] = 0 }
        second = target
    }
}
