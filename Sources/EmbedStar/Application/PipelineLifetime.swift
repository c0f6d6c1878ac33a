import EmbeddingCore
import Logging
import Pipeline
import Retry
import ServiceLifecycle
import Storage

/// The pipeline's life within the service: the schema first, as soon as the database answers, then the work. When the
/// schema falls meanwhile, it is put back.
struct PipelineLifetime: Service {
    /// The pauses between two tries to reach the database.
    private static let backoff = Backoff(base: .milliseconds(100), longest: .seconds(5))

    let storage: SurrealStorage
    /// Waited for before the work, where there are any.
    let models: ArrivingModels?
    let pipeline: EmbeddingPipeline
    let health: HealthMonitor
    let logger: Logger

    /// - Throws: `StoreError` with code `.schema` when the database is of a later version, `.unsupported` when SurrealDB is
    ///   of a release that is not taken.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await self.prepareSchema(endures: [])
            guard !Task.isCancelled else { return }
            await self.announce()
            await withTaskGroup { group in
                group.addTask { await self.keepSchema() }
                await self.models?.wait()
                await self.pipeline.run()
                group.cancelAll()
            }
        }
        // A second signal ends the pipeline before its turn has come.
        try? await gracefulShutdown()
    }

    private func announce() async {
        let server = try? await storage.serverVersion()
        logger.notice("the database is ready", metadata: ["server": "\(server ?? "unknown")"])
    }

    private func keepSchema() async {
        for await _ in health.schemaFalls {
            // A newer embed-star may have changed the schema beside us: we answer no more, and end when we are told to.
            try? await prepareSchema(endures: [.schema, .unsupported])
        }
    }

    /// Tries until the schema stands, or the task is cancelled.
    /// - Parameter endured: faults that usually only an operator mends, and that do not end it.
    private func prepareSchema(endures endured: Set<StoreError.Code>) async throws(StoreError) {
        var failures = 0
        var said: StoreError?
        while !Task.isCancelled {
            do {
                try await storage.migrate()
                return health.schemaStands()
            } catch {
                if [.schema, .unsupported].contains(error.code), !endured.contains(error.code) { throw error }
                // While it does not answer at all, the monitor says so.
                if health.databaseAnswers, said != error {
                    logger.error("cannot prepare the database, retrying: \(error.message)")
                    said = error
                }
                failures += 1
            }
            try? await Task.sleep(for: Self.backoff.ceiling(ofAttempt: failures))
        }
    }
}
