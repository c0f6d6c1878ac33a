/// Nearest repos by cosine similarity, whatever holds the vectors.
package protocol SimilaritySearch: Sendable {
    /// The `limit` nearest repos to `vector` among those that pass `filter` and hold a vector of `model`, ties
    /// broken by stars, then name.
    /// - Throws: `StoreError`.
    func nearest(
        to vector: Embedding,
        model: EmbeddingModel,
        filter: SearchFilter,
        limit: Int
    ) async throws(StoreError) -> SearchHits

    /// The stored vector of a repo, if it is of `model`; nil when there is no such repo.
    /// - Parameter includesPrivate: whether private repos are there for who asks.
    func vector(
        of fullName: String,
        model: EmbeddingModel,
        includesPrivate: Bool
    ) async throws(StoreError) -> StoredVector?

    /// The cosine similarities to `vector` of those of these repos (1000 at most) that have a vector of `model`.
    func scores(
        of ids: [DocumentID],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [DocumentID: Double]
}

/// A repo's vector, or that it has none yet.
package enum StoredVector: Sendable, Hashable {
    case embedded(Embedding)
    case pending
}

/// How an answer was found: through an index of vectors, by comparing all of them, or by its words alone.
package enum SearchMethod: String, Sendable { case diskann, hnsw, exact, text }

/// Hits of one backend, best first.
package struct SearchHits: Sendable, Hashable {
    package var hits: [SearchHit]
    package var method: SearchMethod

    package init(hits: [SearchHit], method: SearchMethod) {
        self.hits = hits
        self.method = method
    }
}
