package import EmbeddingCore
package import Logging
package import Telemetry

/// What the routes ask for their answers.
package struct ServiceDependencies: Sendable {
    /// The first model: that of the repos, and of requests that name none.
    package var embeddings: any EmbeddingService
    package var furtherModels: [ServedModel]
    /// The models in this process's memory.
    package var loadedModels: @Sendable () async -> [LoadedModelStatus]
    /// Nil when no cross-encoder is loaded.
    package var reranker: (any Reranker)?
    package var repos: any RepoStore
    package var deadLetters: any DeadLetterQueue
    package var idempotency: any IdempotencyStore
    package var search: any RepoSearch
    package var map: any RepoMapSource
    package var pipeline: any PipelineControl
    package var starImports: any StarImportControl
    package var health: any HealthSource
    package var metrics: MetricsRegistry
    /// All metrics as text.
    package var exposition: @Sendable (PrometheusText.Format) -> [UInt8]
    package var logger: Logger

    package init(
        embeddings: any EmbeddingService,
        furtherModels: [ServedModel] = [],
        loadedModels: @escaping @Sendable () async -> [LoadedModelStatus] = { [] },
        reranker: (any Reranker)? = nil,
        repos: any RepoStore,
        deadLetters: any DeadLetterQueue,
        idempotency: any IdempotencyStore,
        search: any RepoSearch,
        map: any RepoMapSource,
        pipeline: any PipelineControl,
        starImports: any StarImportControl,
        health: any HealthSource,
        metrics: MetricsRegistry,
        exposition: @escaping @Sendable (PrometheusText.Format) -> [UInt8],
        logger: Logger
    ) {
        self.embeddings = embeddings
        self.furtherModels = furtherModels
        self.loadedModels = loadedModels
        self.reranker = reranker
        self.repos = repos
        self.deadLetters = deadLetters
        self.idempotency = idempotency
        self.search = search
        self.map = map
        self.pipeline = pipeline
        self.starImports = starImports
        self.health = health
        self.metrics = metrics
        self.exposition = exposition
        self.logger = logger
    }
}
