package import EmbeddingCore

/// Asks the database to compare only the vectors of the repos that pass a filter, when they are few. Which they are is
/// known here; the database would have to read the whole table for it, or might give up its walk through the index
/// before it has met them.
package struct NarrowSearch: SimilaritySearch {
    private let catalog: RepoCatalog
    private let wide: any SimilaritySearch

    /// As many as are compared one by one in less time than a walk through the index takes.
    private static let few = 500

    /// - Parameter wide: what is asked where a filter leaves many.
    package init(catalog: RepoCatalog, wide: any SimilaritySearch) {
        self.catalog = catalog
        self.wide = wide
    }

    package func nearest(
        to vector: Embedding,
        model: EmbeddingModel,
        filter: SearchFilter,
        limit: Int
    ) async throws(StoreError) -> SearchHits {
        guard !filter.narrowing.isEmpty, await catalog.isLoaded,
            let few = await catalog.repos(filter, atMost: Self.few)
        else {
            return try await wide.nearest(to: vector, model: model, filter: filter, limit: limit)
        }
        guard !few.isEmpty else { return SearchHits(hits: [], method: .exact) }
        let scores = try await wide.scores(of: few.map(\.id), to: vector, model: model)
        let hits = few.compactMap { found -> SearchHit? in
            guard let score = scores[found.id], score >= filter.minScore ?? -.infinity else { return nil }
            return SearchHit(repo: found.repo, similarity: score)
        }
        return SearchHits(hits: Array(hits.sorted(by: >).prefix(limit)), method: .exact)
    }

    package func vector(
        of fullName: String,
        model: EmbeddingModel,
        includesPrivate: Bool
    ) async throws(StoreError) -> StoredVector? {
        try await wide.vector(of: fullName, model: model, includesPrivate: includesPrivate)
    }

    package func scores(
        of ids: [DocumentID],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [DocumentID: Double] {
        try await wide.scores(of: ids, to: vector, model: model)
    }
}
