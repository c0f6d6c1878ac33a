import EmbeddingCore
import FoundationEssentials
import Logging
import Pipeline
import Search
import ServiceLifecycle
import Storage

/// The search that the settings ask for, and what keeps it current.
struct SearchServices {
    let search: any RepoSearch
    let lifetimes: [any Service]

    /// - Throws: when SQLite lacks FTS5 or memory.
    init(
        _ context: CommandContext,
        _ storage: SurrealStorage,
        _ embeddings: any EmbeddingService,
        _ pipeline: EmbeddingPipeline
    ) throws {
        let logger = context.logger("search")
        let catalog = try RepoCatalog(logger: logger)
        let isInMemory = context.settings[Settings.searchBackend] == .memory
        let scan =
            isInMemory
            ? VectorScan(
                catalog: catalog,
                fallback: storage.search,
                threads: ProcessInfo.processInfo.activeProcessorCount
            ) : nil
        let follower = RepoFollower(
            feed: storage.feed,
            catalog: catalog,
            scan: scan,
            model: { try? await embeddings.model() },
            metrics: context.metrics,
            logger: logger
        )
        search = HybridSearch(
            service: embeddings,
            similarity: scan ?? storage.search,
            catalog: catalog,
            coverage: {
                let statistics = pipeline.status.statistics
                return statistics.total > 0 ? Double(statistics.embedded) / Double(statistics.total) : 1
            },
            metrics: context.metrics,
            logger: logger
        )
        var lifetimes: [any Service] = [FollowerLifetime(follower: follower)]
        if !isInMemory {
            lifetimes.append(
                VectorIndexLifetime(
                    index: storage.vectorIndex,
                    embeddings: embeddings,
                    pipeline: pipeline,
                    metrics: context.metrics,
                    logger: logger
                )
            )
        }
        self.lifetimes = lifetimes
    }
}

/// The follower's life within the service.
private struct FollowerLifetime: Service {
    let follower: RepoFollower

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.follower.run() }
    }
}
