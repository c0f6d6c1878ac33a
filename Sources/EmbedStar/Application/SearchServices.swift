import EmbeddingCore
import Logging
import Pipeline
import Search
import ServiceLifecycle
import Settings
import Storage
import Telemetry

/// The search that the settings ask for, and what keeps it current.
struct SearchServices {
    let search: any RepoSearch
    let map: any RepoMapSource
    let lifetimes: [any Service]
    /// As last known, without waiting.
    let health: @Sendable () -> ComponentHealth

    /// - Throws: when SQLite lacks memory.
    init(
        _ context: CommandContext,
        _ storage: SurrealStorage,
        _ embeddings: any EmbeddingService,
        _ reranker: (any Reranker)?,
        _ pipeline: EmbeddingPipeline
    ) throws {
        let logger = context.logger("search")
        let catalog = try RepoCatalog(logger: logger)
        // Nobody reads the tables before the pipeline has made them.
        let model: @Sendable () async -> EmbeddingModel? = {
            pipeline.status.state == .starting ? nil : try? await embeddings.model()
        }
        let isInMemory = context.settings[SearchSettings.backend] == .memory
        let scan =
            isInMemory
            ? VectorScan(
                catalog: catalog,
                fallback: storage.search,
                threads: Processors.available
            ) : nil
        let mapper = RepoMapper(feed: storage.feed, layouts: storage.mapLayouts, model: model, logger: logger)
        map = mapper
        let follower = RepoFollower(
            feed: storage.feed,
            catalog: catalog,
            scan: scan,
            model: model,
            mayRead: { pipeline.status.state != .starting },
            hide: { mapper.hide($0) },
            metrics: context.metrics,
            logger: logger
        )
        search = HybridSearch(
            service: embeddings,
            similarity: scan ?? NarrowSearch(catalog: catalog, wide: storage.search),
            catalog: catalog,
            reranker: reranker,
            coverage: { pipeline.status.statistics.coverage },
            metrics: context.metrics,
            logger: logger
        )
        var lifetimes: [any Service] = [
            CancellableLifetime { await follower.run() }, CancellableLifetime { await mapper.run() },
        ]
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
        health = { [index = storage.vectorIndex] in
            let status = pipeline.status
            if let scan { return .ofMemory(isLoaded: status.model.map { scan.isLoaded(for: $0) } ?? false) }
            return .ofIndex(index.state, embedded: status.statistics.embedded, minimum: index.minimum)
        }
    }
}
