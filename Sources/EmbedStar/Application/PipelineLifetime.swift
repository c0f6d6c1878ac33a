import EmbeddingCore
import Logging
import Pipeline
import Retry
import ServiceLifecycle
import Storage

/// The pipeline's life within the service: the schema first, as soon as the database answers, then the work.
struct PipelineLifetime: Service {
    /// The pauses between two tries to reach the database.
    private static let backoff = Backoff(base: .milliseconds(100), longest: .seconds(5))

    let storage: SurrealStorage
    let pipeline: EmbeddingPipeline
    let health: HealthMonitor
    let logger: Logger

    /// - Throws: `StoreError` with code `.schema` when the database is of a later version, `.unsupported` when SurrealDB is
    ///   of a release that is not taken.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await self.prepareSchema()
            guard !Task.isCancelled else { return }
            self.health.schemaIsReady()
            await self.announce()
            await self.pipeline.run()
        }
        // A second signal ends the pipeline before its turn has come.
        try? await gracefulShutdown()
    }

    private func announce() async {
        let server = try? await storage.serverVersion()
        logger.notice("the database is ready", metadata: ["server": "\(server ?? "unknown")"])
    }

    private func prepareSchema() async throws(StoreError) {
        var failures = 0
        while !Task.isCancelled {
            do {
                return try await storage.migrate()
            } catch {
                if error.code == .schema || error.code == .unsupported { throw error }
                if failures == 0 { logger.error("cannot prepare the database, trying again: \(error.message)") }
                failures += 1
            }
            try? await Task.sleep(for: Self.backoff.ceiling(ofAttempt: failures))
        }
    }
}
