import Telemetry

/// What a client counts.
struct HTTPClientMetrics: Sendable {
    let connections: Gauge
    private let succeeded: Counter
    private let failed: [HTTPClientError.Code: Counter]

    init(_ registry: MetricsRegistry) {
        let outcomes = registry.counters(
            "http_client_requests_total",
            "Outbound HTTP requests by outcome.",
            labels: ["outcome"]
        )
        connections = registry.gauge("http_client_connections", "Outbound HTTP connections that are open.")
        succeeded = outcomes.labeled("ok")
        failed = Dictionary(
            uniqueKeysWithValues: HTTPClientError.Code.allCases.map { ($0, outcomes.labeled($0.rawValue)) }
        )
    }

    func count(_ answer: Transfer.Answer) {
        switch answer {
        case .success: succeeded.increment()
        case .failure(let error): failed[error.code]?.increment()
        }
    }
}
