import EmbeddingCore
import SurrealDB

/// Nearest repos by SurrealDB's own vector search: through the index when it is ready, else by comparing all vectors.
struct SurrealSimilaritySearch: SimilaritySearch {
    let database: Database
    let index: VectorIndex

    func nearest(
        to vector: Embedding,
        model: EmbeddingModel,
        filter: SearchFilter,
        limit: Int
    ) async throws(StoreError) -> SearchHits {
        let search = VectorQuery(vector: vector, model: model, filter: filter, limit: limit)
        if index.isReady(for: model) {
            if let hits = try await indexed(search) { return SearchHits(hits: hits, method: .hnsw) }
            index.forget()
        }
        let rows = try await database.rows(search.exactStatement, search.variables, timeout: .seconds(60))
        let hits = rows.compactMap { row in Self.hit(row, score: row["score"].double) }
        return SearchHits(hits: search.ranked(hits), method: .exact)
    }

    /// Nil when the index turns out not to be what it was: then what it answers may be nothing, or nonsense.
    private func indexed(_ search: VectorQuery) async throws(StoreError) -> [SearchHit]? {
        let results = try await database.run(
            VectorIndex.readyFingerprint + search.indexedStatement,
            search.variables,
            timeout: .seconds(30)
        )
        guard results.count == 2, results[0][0].string == search.model.fingerprint, let rows = results[1].array else {
            return nil
        }
        if rows.isEmpty, search.isUnfiltered { return nil }
        var hits: [SearchHit] = []
        for row in rows {
            guard let distance = row["distance"].double, distance.isFinite else { return nil }
            if let hit = Self.hit(row, score: 1 - distance) { hits.append(hit) }
        }
        return search.ranked(hits)
    }

    private static func hit(_ row: SurrealValue, score: Double?) -> SearchHit? {
        guard let repo = RepoRow.repo(row), let score, score.isFinite else { return nil }
        return SearchHit(repo: repo, score: score)
    }

    func vector(of fullName: String, model: EmbeddingModel) async throws(StoreError) -> StoredVector? {
        let rows = try await database.rows(
            """
            SELECT full_name, embedding_fingerprint, embedding
              FROM array::distinct(array::concat([$id], (SELECT VALUE repo FROM $name)))
            """,
            [
                "id": .recordID(UpsertPlan.id(named: fullName)), "name": .recordID(UpsertPlan.nameID(fullName)),
            ]
        )
        let name = fullName.lowercased()
        guard let row = rows.first(where: { $0["full_name"].string?.lowercased() == name }) else { return nil }
        guard row["embedding_fingerprint"].string == model.fingerprint, let values = row["embedding"].floats,
            let embedding = try? Embedding(validating: values, dimensions: model.dimensions)
        else { return .pending }
        return .embedded(embedding)
    }
}
