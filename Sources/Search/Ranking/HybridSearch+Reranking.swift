import EmbeddingCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension HybridSearch {
    /// Hits that the reranker reads.
    private static let reranked = 50

    /// The answer to a text, its first hits in the reranker's order.
    func rerankedSearch(_ query: SearchQuery) async throws(SearchError) -> SearchAnswer {
        guard let reranker else { throw .invalid("rerank needs RERANK_MODEL, which is not set") }
        guard case .text(let text) = query.subject else { throw .invalid("rerank needs one text") }
        var wide = query
        wide.reranks = false
        wide.limit = max(Self.reranked, query.limit)
        var answer = try await search(wide)
        let documents = answer.hits.prefix(Self.reranked).map { $0.repo.text(stars: .none) }
        let logits: [Float]
        do { logits = try await reranker.rerank(documents, for: text).scores } catch { throw .embedding(error) }
        answer.hits = Array(Self.reordered(answer.hits, by: logits).prefix(query.limit))
        answer.reranker = reranker.modelName
        return answer
    }

    /// The hits that have a logit come first and are as good as it says; the others stay behind them, in their order.
    static func reordered(_ hits: [SearchHit], by logits: [Float]) -> [SearchHit] {
        var read = zip(hits, logits).map { hit, logit in
            var hit = hit
            hit.score = 1 / (1 + exp(-Double(logit)))
            return hit
        }
        read.sort(by: >)
        let worst = read.last?.score ?? 1
        return read
            + hits.dropFirst(read.count).map { hit in
                var hit = hit
                hit.score = min(hit.score, worst)
                return hit
            }
    }
}
