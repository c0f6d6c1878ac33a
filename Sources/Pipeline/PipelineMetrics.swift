import EmbeddingCore
import Telemetry

/// The pipeline's counters and gauges.
struct PipelineMetrics: Sendable {
    private let claimed, written, skipped, failed, fenced: Counter
    private let pending, dead, embedded, differs: Gauge
    private let states: MetricFamily<Gauge>

    init(_ registry: MetricsRegistry) {
        claimed = registry.counter("pipeline_claimed_total", "Jobs claimed from the queue.")
        written = registry.counter("pipeline_written_total", "Vectors written to the database.")
        skipped = registry.counter(
            "pipeline_skipped_total",
            "Jobs ended without a provider call, because the text had not changed."
        )
        failed = registry.counter("pipeline_failed_total", "Failed attempts of repos.")
        fenced = registry.counter(
            "pipeline_fenced_total",
            "Outcomes dropped because the job was claimed again or had changed."
        )
        pending = registry.gauge("repos_pending", "Repos whose embedding is due.")
        dead = registry.gauge("repos_failed", "Repos given up after the last attempt.")
        embedded = registry.gauge("repos_embedded", "Repos with a vector of the current model.")
        states = registry.gauges("pipeline_state", "1 for the state that the pipeline is in.", labels: ["state"])
        differs = registry.gauge(
            "model_differs",
            "Whether this replica embeds no repos because the others do it with another model."
        )
    }

    /// Adds what was done since `old`.
    func add(_ new: PipelineCounts, since old: PipelineCounts) {
        claimed.increment(by: new.claimed - old.claimed)
        written.increment(by: new.written - old.written)
        skipped.increment(by: new.unchanged - old.unchanged)
        failed.increment(by: new.failed - old.failed)
        fenced.increment(by: new.fenced - old.fenced)
    }

    func set(_ status: PipelineStatus) {
        pending.set(Double(status.statistics.pending))
        dead.set(Double(status.statistics.failed))
        embedded.set(Double(status.statistics.embedded))
        for state in PipelineStatus.State.allCases {
            states.labeled(state.rawValue).set(state == status.state ? 1 : 0)
        }
        differs.set(status.otherModel == nil ? 0 : 1)
    }
}
