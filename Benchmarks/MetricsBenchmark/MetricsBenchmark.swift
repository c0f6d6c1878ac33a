import Telemetry

/// Measures what watching costs: increments and observations on one thread, traces that are off and on, and the text of
/// a registry as large as the service's. Prints one JSON object; times are the best of several rounds.
@main enum MetricsBenchmark {
    private static let clock = ContinuousClock()

    static func main() {
        let registry = MetricsRegistry()
        let counter = registry.counter("increments_total", "Increments.")
        let family = registry.counters("lookups_total", "Look-ups.", labels: ["provider", "model"])
        let histogram = registry.histogram("wait_seconds", "Waits.")
        let tracer = Tracer(capacity: 0, metrics: registry)
        let figures: [(name: String, nanoseconds: Double)] = [
            ("counter_increment_ns", best(of: 1_000_000) { counter.increment() }),
            ("labeled_increment_ns", best(of: 100_000) { family.labeled("openai", "m").increment() }),
            ("histogram_observe_ns", best(of: 1_000_000) { histogram.observe(0.004) }),
            ("span_off_ns", best(of: 1_000_000) { if let span = Span.current { span.end() } }),
            ("span_on_ns", best(of: 100_000) { tracer.start("x").end() }),
        ]
        fill(registry)
        var size = 0
        let scrape = best(of: 20) { size = PrometheusText.render(registry).count }
        let lines = PrometheusText.render(registry).count { $0 == 0x0A }
        let pairs = figures.map { "\"\($0.name)\": \(rounded($0.nanoseconds))" }
        print(
            "{\(pairs.joined(separator: ", ")), \"scrape_us\": \(rounded(scrape / 1000)), "
                + "\"scrape_bytes\": \(size), \"scrape_lines\": \(lines)}"
        )
    }

    /// Nanoseconds of one call, the best of 20 rounds of `count`.
    private static func best(of count: Int, _ body: () -> Void) -> Double {
        (0..<20).map { _ in
            let start = clock.now
            for _ in 0..<count { body() }
            return (clock.now - start) / .nanoseconds(1) / Double(count)
        }.min() ?? 0
    }

    /// 60 counters and gauges of 5 label values and 25 histograms: more than the service has after a busy day.
    private static func fill(_ registry: MetricsRegistry) {
        for number in 0..<60 {
            let family = registry.counters("c\(number)_total", "A counter.", labels: ["route", "status"])
            for value in 0..<5 { family.labeled("/repos/{owner}/{name}", "20\(value)").increment(by: number) }
        }
        for number in 0..<25 { registry.histogram("h\(number)_seconds", "A histogram.").observe(0.0123) }
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
