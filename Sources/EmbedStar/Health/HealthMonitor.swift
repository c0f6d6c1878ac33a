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
    private let remedy: @Sendable (StoreError) -> String?
    private let isUp: Gauge
    private let logger: Logger
    private let start = ContinuousClock.now
    private let state = Mutex(HealthState())
    private let falls: AsyncStream<Void>.Continuation
    /// One element each time that the schema is damaged: tables were removed, or restored without events.
    let schemaFalls: AsyncStream<Void>

    /// - Parameter remedy: what to do about a fault of the database, for the log.
    init(
        store: any RepoStore,
        embeddings: any EmbeddingService,
        pipeline: any PipelineControl,
        search: @escaping @Sendable () -> ComponentHealth,
        watchdog: Watchdog,
        remedy: @escaping @Sendable (StoreError) -> String?,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        schemaFalls = stream
        falls = continuation
        isUp = metrics.gauge("database_up", "Whether the database answered the last probe.")
        self.store = store
        self.embeddings = embeddings
        self.pipeline = pipeline
        self.search = search
        self.watchdog = watchdog
        self.remedy = remedy
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

    /// Whether the database did at the last probe.
    var databaseAnswers: Bool { state.withLock(\.databaseAnswers) }

    func schemaStands() { state.withLock { $0.schemaStands() } }

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
            let fault: StoreError?
            let stood = state.withLock(\.schemaFault) == nil
            do {
                try await store.ping()
                fault = nil
            } catch  where error.code == .schema {
                fault = nil
                if stood, state.withLock({ $0.schemaFell(error.message) }) {
                    logger.error("the schema is damaged; restoring it: \(error.message)")
                    falls.yield()
                }
            } catch {
                fault = error
            }
            if Task.isCancelled { return }
            isUp.set(fault == nil ? 1 : 0)
            let change = state.withLock { $0.note(fault?.message, at: .now) }
            switch change {
            case .lost(let reason):
                let advice = fault.flatMap(remedy).map { "; \($0)" } ?? ""
                logger.error("the database does not answer: \(reason)\(advice)")
            case .regained: logger.notice("the database answers again")
            case nil: break
            }
            try? await Task.sleep(for: HealthThresholds.standard.probeInterval)
        }
    }
}
