import Telemetry

/// What a client counts.
struct SurrealMetrics: Sendable {
    let activeConnections: Gauge
    let waitingRequests: Gauge
    private let duration: Histogram
    private let succeeded: Counter
    private let failed: [SurrealError.Code: Counter]

    init(_ registry: MetricsRegistry) {
        let connections = registry.gauges(
            "db_connections",
            "Database requests under way (active) and waiting for a connection (waiting).",
            labels: ["state"]
        )
        activeConnections = connections.labeled("active")
        waitingRequests = connections.labeled("waiting")
        duration = registry.histogram(
            "db_request_duration_seconds",
            "Time of a database request, waiting for a connection included."
        )
        let outcomes = registry.counters("db_requests_total", "Database requests by outcome.", labels: ["outcome"])
        succeeded = outcomes.labeled("ok")
        failed = Dictionary(
            uniqueKeysWithValues: SurrealError.Code.allCases.map { ($0, outcomes.labeled($0.rawValue)) }
        )
    }

    func record(_ error: SurrealError?, after elapsed: Duration) {
        duration.observe(elapsed)
        if let error { failed[error.code]?.increment() } else { succeeded.increment() }
    }
}
