import EmbeddingCore
import Telemetry
import Testing

@testable import Search

/// A reranker with a logit for each repo by its name, and a fault.
private struct FakeReranker: Reranker {
    var logits: [String: Float] = [:]
    var error: EmbeddingError?
    let modelName = "acme/judge"

    func rerank(_ documents: [String], for query: String) async throws(EmbeddingError) -> RerankResult {
        if let error { throw error }
        let scores = documents.map { document in logits.first { document.contains($0.key) }?.value ?? -1 }
        return RerankResult(scores: scores, tokens: 0)
    }
}

@Suite struct RerankingTests {
    private func search(_ reranker: (any Reranker)?) async throws -> HybridSearch {
        HybridSearch(
            service: FakeService(),
            similarity: MemoryTable(Samples.rows),
            catalog: try await Samples.catalog(Samples.rows),
            reranker: reranker,
            coverage: { 1 },
            metrics: MetricsRegistry(),
            logger: Samples.logger
        )
    }

    private func query(_ subject: SearchQuery.Subject = .text("anything"), limit: Int = 10) -> SearchQuery {
        var query = SearchQuery(subject, mode: .vector, limit: limit)
        query.reranks = true
        return query
    }

    @Test
    func `the reranker's order is the answer's, also for a repo that would not have been in it`() async throws {
        let plain = SearchQuery(.text("anything"), mode: .vector, limit: 2)
        let reranker = FakeReranker(logits: ["B/four": 3, "a/two": 1])
        let search = try await search(reranker)
        #expect(try await search.search(plain).hits.map(\.repo.fullName) == ["a/one", "a/two"])
        let answer = try await search.search(query(limit: 2))
        #expect(answer.hits.map(\.repo.fullName) == ["B/four", "a/two"])
        #expect(answer.reranker == "acme/judge")
        let scores = answer.hits.map(\.score)
        #expect(abs(scores[0] - 0.9526) < 1e-3 && abs(scores[1] - 0.7311) < 1e-3)
    }

    @Test
    func `who was not read stays behind, no better than the last who was`() {
        let hits = ["a/a", "b/b", "c/c"].map {
            SearchHit(repo: Repo(fullName: $0), similarity: 0.9)
        }
        let ordered = HybridSearch.reordered(hits, by: [-2, -1])
        #expect(ordered.map(\.repo.fullName) == ["b/b", "a/a", "c/c"])
        #expect(ordered[2].score == ordered[1].score)
    }

    @Test
    func `without a reranker, with several texts, or with a reranker that fails, the query is refused`() async throws {
        await #expect(throws: SearchError.self) { try await search(nil).search(query()) }
        await #expect(throws: SearchError.self) {
            try await search(FakeReranker()).search(query(.texts(["a", "b"])))
        }
        let fault = EmbeddingError(.overloaded, "full")
        await #expect(throws: SearchError.embedding(fault)) {
            try await search(FakeReranker(error: fault)).search(query())
        }
    }
}
