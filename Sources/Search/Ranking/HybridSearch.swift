package import EmbeddingCore
package import Logging
package import Telemetry
import Synchronization

/// The search behind the API: vectors, names and words, each ranked for itself and fused by reciprocal rank.
package final class HybridSearch: RepoSearch {
    let service: any EmbeddingService
    let similarity: any SimilaritySearch
    private let catalog: RepoCatalog
    let coverage: @Sendable () -> Double
    private let logger: Logger
    private let degraded: Counter
    let lastModel = Mutex<EmbeddingModel?>(nil)

    /// Longest text of a query, in bytes.
    package static let longestText = 8192
    package static let limits = 1...100
    /// Hits of each ranking that are fused, unless more are asked for.
    static let depth = 50

    /// - Parameter coverage: the share of repos embedded with the current model, 0…1.
    package init(
        service: any EmbeddingService,
        similarity: any SimilaritySearch,
        catalog: RepoCatalog,
        coverage: @escaping @Sendable () -> Double,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.service = service
        self.similarity = similarity
        self.catalog = catalog
        self.coverage = coverage
        self.logger = logger
        degraded = metrics.counter(
            "search_degraded_total",
            "Hybrid searches answered from the text index alone, there being no vectors."
        )
    }

    package func search(_ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        try check(query)
        switch (query.subject, query.mode) {
        case (.embedding, .text): throw .invalid("mode text needs a text, not an embedding")
        case (.embedding(let values), _): return try await vectorSearch(try await vector(values), query)
        case (.text(let text), .vector):
            return try await vectorSearch(try await embed(text, for: query.partition), query)
        case (.text(let text), .text): return await textSearch(text, query)
        case (.text(let text), .hybrid): return try await hybridSearch(text, query)
        }
    }

    package func similar(
        to fullName: String,
        filter: SearchFilter,
        limit: Int
    ) async throws(SearchError) -> SearchAnswer {
        guard Self.limits.contains(limit) else { throw .invalid("limit must be 1…100") }
        let model = try await model()
        if !filter.includesPrivate, await catalog.repo(named: fullName)?.isPrivate ?? false { throw .unknownRepo }
        var filter = filter
        filter.excludeName = fullName
        let vector = try await storedVector(of: fullName, model)
        let found = try await nearest(to: QueryVector(embedding: vector, model: model), filter, limit)
        return answer(found.hits, .vector, found.method, model)
    }

    private func check(_ query: SearchQuery) throws(SearchError) {
        guard Self.limits.contains(query.limit) else { throw .invalid("limit must be 1…100") }
        if case .text(let text) = query.subject {
            guard text.utf8.count <= Self.longestText else {
                throw .invalid("the query is longer than \(Self.longestText) bytes")
            }
            guard text.contains(where: { !$0.isWhitespace }) else { throw .invalid("the query is empty") }
        }
        if let minScore = query.filter.minScore, !minScore.isFinite { throw .invalid("min_score must be a number") }
    }

    private func vectorSearch(_ vector: QueryVector, _ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        let found = try await nearest(to: vector, query.filter, query.limit)
        return answer(found.hits, .vector, found.method, vector.model)
    }

    private func textSearch(_ text: String, _ query: SearchQuery) async -> SearchAnswer {
        let matches = await catalog.matches(text, filter: query.filter, limit: max(Self.depth, query.limit))
        var fusion = RankFusion()
        fusion.add(matches)
        return answer(Array(fusion.ranking.prefix(query.limit)), .text, .exact, await knownModel())
    }

    private func hybridSearch(_ text: String, _ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        async let matches = catalog.matches(text, filter: query.filter, limit: max(Self.depth, query.limit))
        let vector: QueryVector
        do throws(SearchError) {
            vector = try await embed(text, for: query.partition)
        } catch {
            _ = await matches
            return try await degrade(because: error, text, query)
        }
        let found = try await nearest(to: vector, query.filter, max(Self.depth, query.limit))
        var fusion = RankFusion()
        fusion.add(await matches)
        fusion.add(found.hits, askedBy: text)
        let hits = await scored(fusion.ranking, against: vector, query)
        return answer(hits, .hybrid, found.method, vector.model)
    }

    /// Answers from the text index when the text cannot be embedded now; an impossible text stays an error.
    private func degrade(
        because error: SearchError,
        _ text: String,
        _ query: SearchQuery
    ) async throws(SearchError) -> SearchAnswer {
        if case .embedding(let fault) = error, fault.code == .invalidInput || fault.code == .cancelled { throw error }
        degraded.increment()
        logger.debug("search without vectors", metadata: ["error": "\(error)"])
        return await textSearch(text, query)
    }
}
