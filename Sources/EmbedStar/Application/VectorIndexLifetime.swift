import EmbeddingCore
import Logging
import Pipeline
import ServiceLifecycle
import Storage
import Telemetry

/// Takes the vector index through its states, a step every few seconds.
struct VectorIndexLifetime: Service {
    private static let interval: Duration = .seconds(5)

    let index: VectorIndex
    let embeddings: any EmbeddingService
    let pipeline: EmbeddingPipeline
    let metrics: MetricsRegistry
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.maintainRepeatedly() }
    }

    private func maintainRepeatedly() async {
        let states = metrics.gauges(
            "vector_index_state",
            "State of the vector index; 1 for the present one.",
            labels: ["state"]
        )
        let isReady = metrics.gauge(
            "search_index_ready",
            "Whether searches are as fast as they can be: the index is ready, or the table too small to need one."
        )
        var hasComplained = false
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            if Task.isCancelled { return }
            do {
                try await maintain()
                hasComplained = false
            } catch {
                let isOutage = (error as? StoreError)?.isOutage ?? false
                if !hasComplained, !isOutage { logger.warning("cannot maintain the vector index, retrying: \(error)") }
                hasComplained = !isOutage
            }
            for state in VectorIndex.State.allCases {
                states.labeled(state.rawValue).set(state == index.state ? 1 : 0)
            }
            let needsNone = pipeline.status.statistics.embedded < index.minimum
            isReady.set(index.state == .ready || needsNone ? 1 : 0)
        }
    }

    /// Nothing is known before the pipeline has the schema, the model and the first counts.
    private func maintain() async throws {
        let status = pipeline.status
        guard let model = status.model, status.state == .idle || status.state == .draining else { return }
        try await index.maintain(model: model, statistics: status.statistics)
    }
}
