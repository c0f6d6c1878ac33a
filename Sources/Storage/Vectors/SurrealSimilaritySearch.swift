import EmbeddingCore
import SurrealDB

/// Nearest repos by SurrealDB's own vector search: through the index when it is ready, else by comparing all vectors.
struct SurrealSimilaritySearch: SimilaritySearch {
    private let database: Database
    private let index: VectorIndex
    private let scans: ExactScans

    init(database: Database, index: VectorIndex) {
        self.database = database
        self.index = index
        scans = ExactScans(database: database) { index.hasBacklog }
    }

    func nearest(
        to vector: Embedding,
        model: EmbeddingModel,
        filter: SearchFilter,
        limit: Int
    ) async throws(StoreError) -> SearchHits {
        let search = VectorQuery(vector: vector, model: model, filter: filter, limit: limit)
        if let hits = try await indexed(search) { return hits }
        var hits = try await exact(search, skipsDirectionless: false)
        // Another program's vector of zeros or of no numbers is similar to nothing, and comes first.
        if hits == nil { hits = try await exact(search, skipsDirectionless: true) }
        return SearchHits(hits: search.ranked(hits ?? []), method: .exact)
    }

    /// Nil when a row that has no similarity took the place of one that has.
    private func exact(_ search: VectorQuery, skipsDirectionless: Bool) async throws(StoreError) -> [SearchHit]? {
        let statement = search.exactStatement(skipsDirectionless: skipsDirectionless)
        let rows = try await scans.rows(statement, search.variables)
        if !skipsDirectionless, rows.contains(where: { $0["score"].double?.isFinite != true }) { return nil }
        return rows.compactMap { row in Self.hit(row, similarity: row["score"].double) }
    }

    /// Nil when there is no index, or it cannot tell. One that is not what it was may have been rebuilt under its other
    /// name, which is looked for once.
    private func indexed(_ search: VectorQuery) async throws(StoreError) -> SearchHits? {
        for isSecond in [false, true] {
            guard let (name, method) = index.ready(for: search.model) else { return nil }
            switch try await walk(search, through: name) {
            case .found(let hits): return SearchHits(hits: hits, method: method)
            case .tooFew: return nil
            case .lost:
                index.forget()
                if !isSecond { try await index.refresh() }
            }
        }
        return nil
    }

    private func walk(_ search: VectorQuery, through name: String) async throws(StoreError) -> IndexAnswer {
        for neighbours in search.walks {
            let answer = try await walk(search, neighbours, through: name)
            guard case .tooFew = answer else { return answer }
        }
        return .tooFew
    }

    private enum IndexAnswer {
        case found([SearchHit])
        /// There may be more that pass the filter, farther away.
        case tooFew
        /// The index is not what it was: what it answers may be nothing, or nonsense.
        case lost
    }

    private func walk(
        _ search: VectorQuery,
        _ neighbours: Int,
        through name: String
    ) async throws(StoreError) -> IndexAnswer {
        let results = try await database.run(
            VectorIndex.readyFingerprint(name) + search.indexedStatement(neighbours, through: name),
            search.variables,
            timeout: .seconds(30)
        )
        guard results.count == 2, results[0][0].string == search.model.fingerprint, let rows = results[1].array else {
            return .lost
        }
        if rows.isEmpty, search.isUnfiltered { return .lost }
        if rows.count < search.limit { return .tooFew }
        var hits: [SearchHit] = []
        for row in rows {
            guard row["distance"].double != nil else { return .lost }
            if let hit = Self.hit(row, similarity: row["score"].double) { hits.append(hit) }
        }
        if hits.count < search.limit { return .tooFew }
        return .found(search.ranked(hits))
    }

    private static func hit(_ row: SurrealValue, similarity: Double?) -> SearchHit? {
        guard let repo = RepoRow.repo(row), let similarity, similarity.isFinite else { return nil }
        return SearchHit(repo: repo, similarity: similarity)
    }

    func vector(
        of fullName: String,
        model: EmbeddingModel,
        includesPrivate: Bool
    ) async throws(StoreError) -> StoredVector? {
        let rows = try await database.rows(
            """
            SELECT full_name, is_private, embedding_fingerprint, embedding
              FROM array::distinct(array::concat([$id], (SELECT VALUE repo FROM $name)))
            """,
            [
                "id": .recordID(UpsertPlan.id(named: fullName)), "name": .recordID(UpsertPlan.nameID(fullName)),
            ]
        )
        let name = fullName.lowercased()
        let visible = rows.filter { includesPrivate || $0["is_private"].bool != true }
        guard let row = visible.first(where: { $0["full_name"].string?.lowercased() == name }) else { return nil }
        guard row["embedding_fingerprint"].string == model.fingerprint, let values = row["embedding"].floats,
            let embedding = try? Embedding(validating: values, dimensions: model.dimensions)
        else { return .pending }
        return .embedded(embedding)
    }

    func scores(
        of fullNames: [String],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [String: Double] {
        let rows = try await database.rows(
            """
            SELECT full_name, vector::similarity::cosine(embedding, $vector) AS score
              FROM array::distinct(array::concat($ids, (SELECT VALUE repo FROM $names)))
              WHERE embedding_fingerprint = $fingerprint AND type::is_array(embedding)
                AND array::len(embedding) = $dimensions
            """,
            [
                "ids": .array(fullNames.map { .recordID(UpsertPlan.id(named: $0)) }),
                "names": .array(fullNames.map { .recordID(UpsertPlan.nameID($0)) }),
                "vector": .floats(vector.values), "fingerprint": .string(model.fingerprint),
                "dimensions": SurrealValue(model.dimensions),
            ]
        )
        var found: [String: Double] = [:]
        for row in rows {
            guard let name = row["full_name"].string, let score = row["score"].double, score.isFinite else { continue }
            found[name.lowercased()] = score
        }
        var scores: [String: Double] = [:]
        for name in fullNames { scores[name] = found[name.lowercased()] }
        return scores
    }
}
