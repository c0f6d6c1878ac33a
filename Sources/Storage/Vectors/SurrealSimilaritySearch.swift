import EmbeddingCore
import SurrealDB

/// Nearest repos by SurrealDB's own vector search: through the index when it is ready, else by comparing all vectors.
struct SurrealSimilaritySearch: SimilaritySearch {
    private let database: Database
    private let reader: RowReader
    private let index: VectorIndex
    private let scans: ExactScans

    init(database: Database, reader: RowReader, index: VectorIndex) {
        self.database = database
        self.reader = reader
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
        let rows = try await complete { onlyIDs throws(StoreError) in
            let statement = search.exactStatement(onlyIDs: onlyIDs, skipsDirectionless: skipsDirectionless)
            var variables = search.variables
            // What cannot be read takes nobody's place.
            if onlyIDs { variables["limit"] = SurrealValue(search.limit + 20) }
            return try await scans.rows(statement, variables)
        }
        guard let rows else { return [] }
        if !skipsDirectionless, rows.contains(where: { $0["score"].double?.isFinite != true }) { return nil }
        return rows.compactMap { row in Self.hit(row, similarity: row["score"].double) }
    }

    /// Nil when there is no index, or it cannot tell. One that is not what it was may have been rebuilt under its other
    /// name, which is looked for once.
    private func indexed(_ search: VectorQuery) async throws(StoreError) -> SearchHits? {
        for isSecond in [false, true] {
            guard let ready = index.ready(for: search.model) else { return nil }
            switch try await walk(search, through: ready) {
            case .found(let hits): return SearchHits(hits: hits, method: ready.method)
            case .tooFew: return nil
            case .lost:
                index.forget()
                if !isSecond { try await index.refresh() }
            }
        }
        return nil
    }

    private func walk(
        _ search: VectorQuery,
        through index: VectorIndexRecord
    ) async throws(StoreError) -> IndexAnswer {
        for neighbours in search.walks {
            let answer = try await walk(search, neighbours, through: index)
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
        through index: VectorIndexRecord
    ) async throws(StoreError) -> IndexAnswer {
        let found = try await complete { onlyIDs throws(StoreError) in
            let statement = search.indexedStatement(neighbours, through: index, onlyIDs: onlyIDs)
            let results = try await database.run(
                VectorIndex.readyFingerprint(index.name) + statement,
                search.variables,
                timeout: .seconds(30)
            )
            guard results.count == 2, results[0][0].string == search.model.fingerprint else { return nil }
            return results[1].array
        }
        guard let rows = found else { return .lost }
        // The nearest few may all be private, not the nearest thousand.
        if rows.isEmpty, search.isUnfiltered, neighbours == search.walks.last { return .lost }
        if rows.count < search.limit { return .tooFew }
        var hits: [SearchHit] = []
        for row in rows {
            guard row["distance"].double != nil else { return .lost }
            if let hit = Self.hit(row, similarity: row["score"].double) { hits.append(hit) }
        }
        if hits.count < search.limit { return .tooFew }
        return .found(search.ranked(hits))
    }

    /// The rows that `find` finds. When one of them fails it, they are read by themselves.
    private func complete(
        _ find: (_ onlyIDs: Bool) async throws(StoreError) -> [SurrealValue]?
    ) async throws(StoreError) -> [SurrealValue]? {
        do throws(StoreError) { return try await find(false) } catch {
            guard RowReader.mayBeOfARow(error) else { throw error }
        }
        guard let found = try await find(true) else { return nil }
        let rows = try await reader.rows(found.map { $0["id"] }, RepoRow.fields)
        let members = Dictionary(rows.map { ($0["id"], $0.object ?? [:]) }) { first, _ in first }
        return found.map { .object(($0.object ?? [:]).merging(members[$0["id"]] ?? [:]) { $1 }) }
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
        let known = "id, full_name, is_private, embedding_fingerprint"
        let variables: [String: SurrealValue] = [
            "id": .recordID(UpsertPlan.id(named: fullName)), "name": .recordID(UpsertPlan.nameID(fullName)),
        ]
        let rows = try await reader.select(known + ", embedding", orElse: known, variables) {
            "SELECT \($0) FROM array::distinct(array::concat([$id], (SELECT VALUE repo FROM $name))) WHERE id != NONE"
        }
        let name = fullName.lowercased()
        let visible = rows.filter { includesPrivate || $0["is_private"].bool != true }
        guard let row = visible.first(where: { $0["full_name"].string?.lowercased() == name }) else { return nil }
        guard row["embedding_fingerprint"].string == model.fingerprint, let values = row["embedding"].floats,
            let embedding = try? Embedding(validating: values, dimensions: model.dimensions)
        else { return .pending }
        return .embedded(embedding)
    }

    func scores(
        of ids: [DocumentID],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [DocumentID: Double] {
        var records: [SurrealValue] = []
        for id in ids { records.append(.recordID(try id.record())) }
        let variables: [String: SurrealValue] = [
            "ids": .array(records), "vector": .floats(vector.values), "fingerprint": .string(model.fingerprint),
            "dimensions": SurrealValue(model.dimensions),
        ]
        let score = "vector::similarity::cosine(embedding, $vector) AS score"
        let rows = try await reader.select("id, \(score)", variables) {
            """
            SELECT \($0) FROM $ids WHERE embedding_fingerprint = $fingerprint AND type::is_array(embedding)
              AND array::len(embedding) = $dimensions
            """
        }
        var scores: [DocumentID: Double] = [:]
        for row in rows {
            if let score = row["score"].double, score.isFinite { scores[try RepoRow.id(row)] = score }
        }
        return scores
    }
}
