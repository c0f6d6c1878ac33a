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
    func vector(of fullName: String, model: EmbeddingModel) async throws(StoreError) -> StoredVector?

    /// The cosine similarities to `vector` of those of the named repos (1000 at most) that have a vector of `model`, by
    /// the names as given.
    func scores(
        of fullNames: [String],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [String: Double]
}

/// A repo's vector, or that it has none yet.
package enum StoredVector: Sendable, Hashable {
    case embedded(Embedding)
    case pending
}

/// Which repos may be in the answer.
package struct SearchFilter: Sendable, Hashable {
    /// Compared without case.
    package var language: String?
    package var minStars: Int?
    /// Compared without case.
    package var owner: String?
    package var excludeOwner: String?
    /// Smallest cosine similarity.
    package var minScore: Double?
    /// A repo left out, by full name: the one whose neighbours are asked for.
    package var excludeName: String?
    package var includesPrivate: Bool

    package init(
        language: String? = nil,
        minStars: Int? = nil,
        owner: String? = nil,
        excludeOwner: String? = nil,
        minScore: Double? = nil,
        excludeName: String? = nil,
        includesPrivate: Bool = false
    ) {
        self.language = language
        self.minStars = minStars
        self.owner = owner
        self.excludeOwner = excludeOwner
        self.minScore = minScore
        self.excludeName = excludeName
        self.includesPrivate = includesPrivate
    }
}

/// How a vector answer was found.
package enum SearchMethod: String, Sendable { case hnsw, exact }

/// Hits of one backend, best first.
package struct SearchHits: Sendable, Hashable {
    package var hits: [SearchHit]
    package var method: SearchMethod

    package init(hits: [SearchHit], method: SearchMethod) {
        self.hits = hits
        self.method = method
    }
}

/// One repo of an answer.
package struct SearchHit: Sendable, Hashable {
    /// What brought it in.
    package enum Match: String, Sendable { case vector, name, text }

    package var repo: Repo
    /// Cosine similarity to the query's vector; nil when only the text index found it and its vector is unknown.
    package var score: Double?
    package var matched: [Match]

    package init(repo: Repo, score: Double?, matched: [Match] = [.vector]) {
        self.repo = repo
        self.score = score
        self.matched = matched
    }
}
