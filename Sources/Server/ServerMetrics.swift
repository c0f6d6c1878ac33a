import Telemetry

/// What the server itself counts.
struct ServerMetrics: Sendable {
    let connections: Gauge
    let refusals: MetricFamily<Counter>

    init(_ registry: MetricsRegistry) {
        connections = registry.gauge("http_connections", "Open client connections.")
        refusals = registry.counters(
            "http_refused_requests_total",
            "Requests that the server itself rejected, by reason.",
            labels: ["reason"]
        )
    }
}
