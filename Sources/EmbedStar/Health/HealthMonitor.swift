import EmbeddingCore
import Logging
import ServiceLifecycle
import Synchronization
import Telemetry

/// Probes the database in the background, so that health is answered from memory however long the database hangs.
final class HealthMonitor: HealthSource, Service {
    private let store: any RepoStore
    private let embeddings: any EmbeddingService
    private let pipeline: any PipelineControl
    private let search: @Sendable () -> ComponentHealth
    private let watchdog: Watchdog
    private let isUp: Gauge
    private let logger: Logger
    private let start = ContinuousClock.now
    private let state = Mutex(HealthState())

    init(
        store: any RepoStore,
        embeddings: any EmbeddingService,
        pipeline: any PipelineControl,
        search: @escaping @Sendable () -> ComponentHealth,
        watchdog: Watchdog,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        isUp = metrics.gauge("database_up", "Whether the database answered the last probe.")
        self.store = store
        self.embeddings = embeddings
        self.pipeline = pipeline
        self.search = search
        self.watchdog = watchdog
        self.logger = logger
    }

    /// Probes until the service is shut down.
    func run() async throws {
        await withTaskGroup { group in
            group.addTask { await self.probeRepeatedly() }
            try? await gracefulShutdown()
            state.withLock { $0.isShuttingDown = true }
            group.cancelAll()
        }
    }

    /// The schema is in place; readiness rests on the database from now on.
    func schemaIsReady() { state.withLock { $0.isSchemaReady = true } }

    var snapshot: HealthSnapshot {
        let now = ContinuousClock.now
        return state.withLock { $0 }.snapshot(
            provider: embeddings.providerState,
            pipeline: pipeline.status,
            search: search(),
            uptime: now - start,
            now: now
        )
    }

    var stall: String? { watchdog.stall() }

    private func probeRepeatedly() async {
        while !Task.isCancelled {
            let fault: String?
            do {
                try await store.ping()
                fault = nil
            } catch {
                // At a first start the schema is still to be made.
                let isAnswer = error.code == .schema && state.withLock { !$0.isSchemaReady }
                fault = isAnswer ? nil : error.message
            }
            if Task.isCancelled { return }
            isUp.set(fault == nil ? 1 : 0)
            let change = state.withLock { $0.note(fault, at: .now) }
            switch change {
            case .lost(let reason): logger.error("the database does not answer: \(reason)")
            case .regained: logger.notice("the database answers again")
            case nil: break
            }
            try? await Task.sleep(for: HealthThresholds.standard.probeInterval)
        }
    }
}
