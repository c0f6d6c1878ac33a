/// Says how well documents answer a query, reading each together with it.
package protocol Reranker: Sendable {
    /// What the model is called.
    var modelName: String { get }

    /// - Throws: `EmbeddingError`: `.overloaded`, `.unavailable`, `.cancelled`, …
    func rerank(_ documents: [String], for query: String) async throws(EmbeddingError) -> RerankResult
}

/// What a reranker found.
package struct RerankResult: Sendable, Hashable {
    /// One for each document, in order; the greater the better, of any sign and size, as the model gives it.
    package var scores: [Float]
    /// Tokens of all pairs together.
    package var tokens: Int

    package init(scores: [Float], tokens: Int) {
        self.scores = scores
        self.tokens = tokens
    }
}
