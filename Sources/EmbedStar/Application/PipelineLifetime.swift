import EmbeddingCore
import Logging
import Pipeline
import ServiceLifecycle
import Storage

/// The pipeline's life within the service: the schema first, as soon as the database answers, then the work.
struct PipelineLifetime: Service {
    /// Longest pause between two tries to reach the database.
    private static let longestPause: Duration = .seconds(5)

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
            await self.pipeline.run()
        }
    }

    private func prepareSchema() async throws(StoreError) {
        var pause: Duration = .milliseconds(100)
        var hasComplained = false
        while !Task.isCancelled {
            do {
                return try await storage.migrate()
            } catch {
                if error.code == .schema || error.code == .unsupported { throw error }
                if !hasComplained { logger.error("cannot prepare the database, trying again: \(error.message)") }
                hasComplained = true
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }
}
