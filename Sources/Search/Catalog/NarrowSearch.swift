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
            let repos = await catalog.repos(filter, atMost: Self.few)
        else {
            return try await wide.nearest(to: vector, model: model, filter: filter, limit: limit)
        }
        guard !repos.isEmpty else { return SearchHits(hits: [], method: .exact) }
        let scores = try await wide.scores(of: repos.map(\.fullName), to: vector, model: model)
        let hits = repos.compactMap { repo -> SearchHit? in
            guard let score = scores[repo.fullName], score >= filter.minScore ?? -.infinity else { return nil }
            return SearchHit(repo: repo, similarity: score)
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
        of fullNames: [String],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [String: Double] {
        try await wide.scores(of: fullNames, to: vector, model: model)
    }
}
