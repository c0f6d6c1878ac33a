import Telemetry
import Testing

@Suite struct PrometheusTextTests {
    private let registry = MetricsRegistry()

    private func rendered(_ format: PrometheusText.Format = .prometheus) -> String {
        String(decoding: PrometheusText.render(registry, as: format), as: UTF8.self)
    }

    @Test func `writes counters with labels in order`() {
        let family = registry.counters("embeddings_total", "Texts embedded.", labels: ["provider", "model"])
        family.labeled("openai", "b").increment(by: 2)
        family.labeled("builtin", "a").increment()
        #expect(
            rendered() == """
                # HELP embed_star_embeddings_total Texts embedded.
                # TYPE embed_star_embeddings_total counter
                embed_star_embeddings_total{provider="builtin",model="a"} 1
                embed_star_embeddings_total{provider="openai",model="b"} 2

                """
        )
    }

    @Test func `names counter families without total in open metrics`() {
        registry.counter("retries_total", "Retries.").increment()
        #expect(
            rendered(.openMetrics) == """
                # HELP embed_star_retries Retries.
                # TYPE embed_star_retries counter
                embed_star_retries_total 1
                # EOF

                """
        )
    }

    @Test func `writes histograms cumulatively`() {
        let histogram = registry.histogram("wait_seconds", "Waits.", bounds: [0.5, 1])
        for value in [0.25, 0.5, 0.75, 8] { histogram.observe(value) }
        #expect(
            rendered() == """
                # HELP embed_star_wait_seconds Waits.
                # TYPE embed_star_wait_seconds histogram
                embed_star_wait_seconds_bucket{le="0.5"} 2
                embed_star_wait_seconds_bucket{le="1"} 3
                embed_star_wait_seconds_bucket{le="+Inf"} 4
                embed_star_wait_seconds_sum 9.5
                embed_star_wait_seconds_count 4

                """
        )
    }

    @Test func `escapes label values`() {
        registry.gauges("state", "State.", labels: ["name"]).labeled("a\"b\\c\nd").set(1.5)
        #expect(rendered().contains(#"embed_star_state{name="a\"b\\c\nd"} 1.5"#))
    }

    @Test func `reads the process`() {
        ProcessMetrics(registry: registry).update()
        let text = rendered()
        #expect(text.contains("# TYPE process_cpu_seconds_total counter"))
        #expect(text.contains("\nprocess_resident_memory_bytes "))
        #expect(!text.contains("process_open_fds 0\n"))
    }

    @Test func `bounds the number of label values`() {
        let family = registry.counters("many_total", "Many.", labels: ["name"])
        for number in 0..<2000 { family.labeled("n\(number)").increment() }
        let lines = rendered().split(separator: "\n")
        #expect(lines.count == 2 + 1001)
        #expect(lines.contains("embed_star_many_total{name=\"other\"} 1000"))
    }

    @Test func `ends the program when a metric is registered as another kind`() async {
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry()
            _ = registry.counter("things_total", "")
            _ = registry.gauge("things_total", "")
        }
    }
}
