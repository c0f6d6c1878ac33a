import EmbeddingCore
import SurrealDB

/// What the index and the table are asked before the index is made or used.
extension VectorIndex {
    /// A search that takes longer is not what an index is for.
    private static let fastSearch = Duration.seconds(1)

    /// Whether there are vectors: some that name their model, or, as the predecessor left them, none among the first rows.
    func hasVectors() async throws(StoreError) -> Bool {
        let found = try await database.value(
            """
            RETURN (SELECT VALUE id FROM repo WHERE embedding_fingerprint > "" LIMIT 1) != []
              OR (SELECT VALUE id FROM (SELECT id, embedding FROM repo LIMIT 1000) WHERE embedding != NONE LIMIT 1) != []
            """
        )
        return found.bool ?? true
    }

    /// Whether the index finds a stored vector, and fast; nil when too few are stored to tell.
    func finds(_ model: EmbeddingModel, through name: String) async throws(StoreError) -> Bool? {
        let rows = try await database.rows(
            "SELECT id, embedding FROM repo WHERE embedding_fingerprint = $fingerprint LIMIT 10",
            ["fingerprint": .string(model.fingerprint)]
        )
        guard rows.count >= min(10, minimum) else { return nil }
        let wanted = rows.first { row in
            let values = row["embedding"].floats ?? []
            return (try? Embedding(validating: values, dimensions: model.dimensions)) != nil
        }
        guard let wanted else { return false }
        let start = ContinuousClock.now
        let found = try await database.rows(
            """
            SELECT id, vector::distance::knn() AS distance FROM repo WITH INDEX \(name)
              WHERE embedding <|10,100|> $vector LIMIT 10
            """,
            ["vector": wanted["embedding"]]
        )
        let isFast = .now - start < Self.fastSearch
        // Of rows that are equal, any may stand for the others.
        let isFound = found.contains { row in
            guard let distance = row["distance"].double, distance.isFinite else { return false }
            return row["id"] == wanted["id"] || distance < 0.001
        }
        return isFast && isFound && found.count >= min(10, minimum)
    }
}
