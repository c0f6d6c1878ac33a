import EmbeddingCore
import Telemetry

/// The metrics of one provider and model, looked up once.
struct ProviderMetrics: Sendable {
    let embedded: Counter
    let duration: Histogram
    let limited: Counter
    let batchSize: Histogram
    let tokens: Counter
    let retries: Counter
    let truncated: Counter
    let queued: Gauge
    let stopped: Gauge
    private let provider: String
    private let errors: MetricFamily<Counter>
    private let requests: MetricFamily<Counter>

    init(provider: ProviderName, model: String, registry: MetricsRegistry) {
        let provider = provider.rawValue
        self.provider = provider
        embedded = registry.counters(
            "embeddings_total",
            "Vectors made by the provider.",
            labels: ["provider", "model"]
        ).labeled(provider, model)
        duration = registry.histograms(
            "embedding_duration_seconds",
            "Duration of provider calls.",
            labels: ["provider", "model"]
        ).labeled(provider, model)
        limited = registry.counters(
            "rate_limits_total",
            "Provider calls that the provider rejected because of its rate limit.",
            labels: ["provider"]
        ).labeled(provider)
        batchSize = registry.histograms(
            "provider_batch_size",
            "Texts in a provider call.",
            labels: ["provider"],
            bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]
        ).labeled(provider)
        tokens = registry.counters(
            "tokens_total",
            "Tokens sent to the provider.",
            labels: ["provider", "model"]
        ).labeled(provider, model)
        retries = registry.counters(
            "retry_attempts_total",
            "Provider calls retried after a failure.",
            labels: ["provider"]
        ).labeled(provider)
        truncated = registry.counters(
            "texts_truncated_total",
            "Texts cut to the model's token limit.",
            labels: ["provider"]
        ).labeled(provider)
        queued = registry.gauge("embedding_queue_texts", "Texts waiting for the provider or in flight.")
        stopped = registry.gauges(
            "provider_stopped",
            "1 while the provider is not called, because of a fault that only the operator can correct.",
            labels: ["provider"]
        ).labeled(provider)
        errors = registry.counters(
            "embeddings_errors_total",
            "Texts that could not be embedded.",
            labels: ["provider", "error_type"]
        )
        requests = registry.counters(
            "provider_requests_total",
            "Provider calls by outcome: ok or the kind of failure.",
            labels: ["provider", "outcome"]
        )
    }

    func failed(_ code: EmbeddingError.Code, texts: Int = 1) {
        errors.labeled(provider, code.rawValue).increment(by: texts)
    }

    func called(_ outcome: EmbeddingError.Code?) {
        requests.labeled(provider, outcome?.rawValue ?? "ok").increment()
    }
}
