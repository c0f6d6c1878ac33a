package import EmbeddingCore
package import Logging
package import Telemetry
import Synchronization

/// The search behind the API: vectors, names and words, joined and ranked by what is known of each candidate.
package final class HybridSearch: RepoSearch {
    let service: any EmbeddingService
    let similarity: any SimilaritySearch
    let catalog: RepoCatalog
    let reranker: (any Reranker)?
    let coverage: @Sendable () -> Double
    private let logger: Logger
    private let degraded: Counter
    let lastModel = Mutex<EmbeddingModel?>(nil)

    /// Longest text of a query, in bytes.
    package static let longestText = 8192
    package static let limits = 1...100
    /// Most texts of one query, and most examples of each kind.
    package static let mostTexts = 10
    package static let mostExamples = 20
    /// Hits of each list that are ranked, unless more are asked for.
    static let depth = 40

    /// - Parameters:
    ///   - reranker: nil when none is loaded; a query that asks for it is rejected.
    ///   - coverage: the share of repos embedded with the current model, 0…1.
    package init(
        service: any EmbeddingService,
        similarity: any SimilaritySearch,
        catalog: RepoCatalog,
        reranker: (any Reranker)? = nil,
        coverage: @escaping @Sendable () -> Double,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.service = service
        self.similarity = similarity
        self.catalog = catalog
        self.reranker = reranker
        self.coverage = coverage
        self.logger = logger
        degraded = metrics.counter(
            "search_degraded_total",
            "Hybrid searches answered from the text index alone, since vectors could not be compared."
        )
    }

    package func search(_ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        try check(query)
        if query.reranks { return try await rerankedSearch(query) }
        let isLoaded = await catalog.isLoaded
        var answer = try await answer(query)
        if !isLoaded, answer.reason == nil, answer.mode != .vector {
            answer.reason = "the repositories are still being read after the start, some may be missing"
        }
        return answer
    }

    private func answer(_ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        switch (query.subject, query.mode) {
        case (.embedding, .text), (.examples, .text): throw .invalid("mode text needs a text")
        case (.examples(let like, let unlike), _): return try await exampleSearch(like: like, unlike: unlike, query)
        case (.texts(let texts), _): return try await fusedSearch(texts, query)
        case (.embedding(let values), _): return try await vectorSearch(try await vector(values), query)
        case (.text(let text), .vector):
            return try await vectorSearch(try await embed(text, for: query.partition), query)
        case (.text(let text), .text): return try await textSearch(text, query)
        case (.text(let text), .hybrid): return try await hybridSearch(text, query)
        }
    }

    package func similar(
        to fullName: String,
        filter: SearchFilter,
        limit: Int,
        cursor: String?
    ) async throws(SearchError) -> SearchAnswer {
        guard Self.limits.contains(limit) else { throw .invalid("limit must be 1…100") }
        let model = try await model()
        var filter = filter
        filter.excludeNames = [fullName]
        let vector = QueryVector(embedding: try await storedVector(of: fullName, model, filter), model: model)
        let paging = try ResultPaging("similar \(fullName.lowercased()) \(filter)", cursor: cursor, limit: limit)
        return try await vectorPage(vector, filter, paging)
    }

    private func check(_ query: SearchQuery) throws(SearchError) {
        guard Self.limits.contains(query.limit) else { throw .invalid("limit must be 1…100") }
        switch query.subject {
        case .text(let text): try check(text)
        case .texts(let texts):
            guard (1...Self.mostTexts).contains(texts.count) else {
                throw .invalid("queries must be 1…\(Self.mostTexts)")
            }
            for text in texts { try check(text) }
        case .examples(let like, let unlike):
            guard (1...Self.mostExamples).contains(like.count), unlike.count <= Self.mostExamples else {
                throw .invalid("like must name 1…\(Self.mostExamples) repos, and unlike no more")
            }
        case .embedding: break
        }
        if let minScore = query.filter.minScore, !minScore.isFinite { throw .invalid("min_score must be a number") }
    }

    private func check(_ text: String) throws(SearchError) {
        guard text.utf8.count <= Self.longestText else {
            throw .invalid("the query is longer than \(Self.longestText) bytes")
        }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw .invalid("the query is empty")
        }
    }

    private func vectorSearch(_ vector: QueryVector, _ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        try await vectorPage(vector, query.filter, try query.paging())
    }

    private func textSearch(_ text: String, _ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        let model = await knownModel()
        return try await query.paging(depth: Self.depth).page { [self] depth in
            let ranking = await catalog.ranked(await matches(text, query, depth), vectors: nil)
            let found = ranking.best(query.filter)
            return ResultPaging.Ranking(
                answer: answer(found.hits, .text, .text, model, isWeak: ranking.isWeak),
                isCut: found.isAll && ranking.hits.count >= depth
            )
        }
    }

    private func hybridSearch(_ text: String, _ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        let paging = try query.paging(depth: Self.depth)
        // The text index looks while the text is embedded.
        async let early = matches(text, query, paging.depth)
        do throws(SearchError) {
            let vector = try await embed(Self.withEnglish(text), for: query.partition)
            let first = await early
            return try await paging.page { [self] depth throws(SearchError) in
                let matches = depth == paging.depth ? first : await matches(text, query, depth)
                return try await ranking(matches, vector, query, depth)
            }
        } catch {
            return try await degrade(because: error, text, query)
        }
    }

    private func ranking(
        _ matches: TextMatches,
        _ vector: QueryVector,
        _ query: SearchQuery,
        _ depth: Int
    ) async throws(SearchError) -> ResultPaging.Ranking {
        async let similarities = similarities(of: matches, to: vector)
        let found = try await nearest(to: vector, query.filter, depth)
        let ranking = await catalog.ranked(matches, vectors: found.hits, similarities: await similarities)
        let best = ranking.best(query.filter)
        let least = query.filter.minScore ?? -2
        let hits = best.hits.filter { $0.similarity ?? -2 >= least }
        return ResultPaging.Ranking(
            answer: answer(hits, .hybrid, found.method, vector.model, isWeak: ranking.isWeak),
            // What only the text brought in and is near enough, the vectors brought in, too.
            isCut: best.isAll && (query.filter.minScore == nil ? ranking.hits : found.hits).count >= depth
        )
    }

    private func matches(_ text: String, _ query: SearchQuery, _ depth: Int) async -> TextMatches {
        await catalog.matches(text, filter: query.filter, limit: depth)
    }

    /// A text with its words of other languages in English behind it: models know little else. A long one is left as it is,
    /// so that it does not grow beyond what the model takes.
    private static func withEnglish(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.prefix(TextTokens.longestQuery + 1).count <= TextTokens.longestQuery else { return text }
        return Glossary.standard.english(of: scalars).map { "\(text) \($0)" } ?? text
    }

    /// The features of all candidates for a text, for the training of the ranking.
    package func samples(for text: String) async throws(SearchError) -> [RankingSample] {
        let query = SearchQuery(.text(text), mode: .hybrid)
        let vector = try await embed(Self.withEnglish(text), for: query.partition)
        let matches = await matches(text, query, Self.depth)
        let similarities = await similarities(of: matches, to: vector)
        let found = try await nearest(to: vector, query.filter, Self.depth)
        return await catalog.samples(matches, vectors: found.hits, similarities: similarities)
    }

    /// Answers from the text index when the text cannot be embedded now, or vectors cannot be compared; an impossible text
    /// stays an error, and so does a database that fails.
    private func degrade(
        because error: SearchError,
        _ text: String,
        _ query: SearchQuery
    ) async throws(SearchError) -> SearchAnswer {
        let reason: String
        switch error {
        case .embedding(let fault) where fault.code != .invalidInput && fault.code != .cancelled:
            reason = "the query cannot be embedded now"
        case .store(let fault) where fault.code == .busy: reason = fault.message
        default: throw error
        }
        degraded.increment()
        logger.debug("search without vectors", metadata: ["error": "\(error)"])
        var answer = try await textSearch(text, query)
        answer.reason = "only words were used: \(reason)"
        return answer
    }
}
