import EmbeddingCore

/// What is loaded when the service starts, and stays.
struct LoadedModels: Sendable {
    let embeddings: any EmbeddingService
    let reranker: (any Reranker)?
}
