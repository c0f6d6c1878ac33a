/// Counts of observations in buckets, and their sum.
package final class Histogram: Sendable {
    /// Upper bounds of the buckets, ascending, without infinity.
    package let bounds: [Double]
    private let buckets: [Counter]
    private let total = Gauge()

    /// Bounds for durations in seconds, from 1 ms to 30 s.
    package static let seconds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    package init(bounds: [Double] = Histogram.seconds) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    package func observe(_ value: Double) {
        buckets[bounds.firstIndex { value <= $0 } ?? bounds.count].increment()
        total.add(value)
    }

    package func observe(_ duration: Duration) { observe(duration.seconds) }

    package var sum: Double { total.value }

    /// Observations up to each bound, the last being all of them.
    package var cumulativeCounts: [Int] {
        var sum = 0
        return buckets.map { bucket in
            sum += bucket.value
            return sum
        }
    }
}

extension Duration {
    /// The whole of it in seconds.
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
