import EmbeddingCore
import SurrealDB

/// A search as SurrealQL: what callers give goes into variables, K and EF are our own integers.
struct VectorQuery {
    let vector: Embedding
    let model: EmbeddingModel
    let filter: SearchFilter
    let limit: Int

    /// How many rows to ask the index for, a number after the other, until enough of them pass the filter. Some more
    /// than wanted, so that ties at the end can be broken, and some may be private.
    var walks: [Int] {
        (isUnfiltered ? [limit + 4 + filter.excludeNames.count] : []) + [max(100, 4 * limit), 1000]
    }

    /// Rows that the index keeps in view on its way: the more, the better the recall and the slower the search. HNSW
    /// finds the ten nearest among 13,000 repos to 99.4 % with 100, to 98.5 % with 40, to 99.7 % with 150, at half and one
    /// and a half times the cost. DiskANN found all of them, among 100,000 too, with 20 already, and takes a third less
    /// with 40 than with 100.
    private func effort(_ neighbours: Int, _ kind: EngineDialect.VectorIndexKind) -> Int {
        kind == .diskann ? max(40, neighbours + 20) : max(100, neighbours + 50)
    }

    /// Whether an index with any row in it must answer something.
    var isUnfiltered: Bool { filter.narrowing.isEmpty }

    private var test: FilterSurrealQL { FilterSurrealQL(filter.conditions) }

    private var conditions: String {
        (["embedding_fingerprint = $fingerprint"] + test.tests).joined(separator: " AND ")
    }

    var variables: [String: SurrealValue] {
        let variables: [String: SurrealValue] = [
            "vector": .floats(vector.values), "fingerprint": .string(model.fingerprint), "limit": SurrealValue(limit),
            "dimensions": SurrealValue(model.dimensions),
        ]
        return variables.merging(test.variables) { $1 }
    }

    /// Reading all rows is faster than reading nearly all through an index.
    /// - Parameters:
    ///   - onlyIDs: whether nothing else is answered of a row, beside its score.
    ///   - skipsDirectionless: whether rows whose vector has no direction are left out, which takes time.
    func exactStatement(onlyIDs: Bool, skipsDirectionless: Bool) -> String {
        """
        SELECT \(onlyIDs ? "id" : RepoRow.fields), vector::similarity::cosine(embedding, $vector) AS score
          FROM repo WITH NOINDEX WHERE \(conditions)
            AND type::is_array(embedding) AND array::len(embedding) = $dimensions
            \(skipsDirectionless ? "AND math::abs(vector::similarity::cosine(embedding, $vector)) < 2" : "")
          ORDER BY score DESC\(onlyIDs ? "" : ", stars DESC, full_name ASC") LIMIT $limit
          TIMEOUT \(ExactScans.timeout.components.seconds)s
        """
    }

    /// The filter stands outside: a walk that may step on rows that pass only does not get far, and finds others than
    /// the nearest. The limit keeps the table at home when the index is gone: the engine answers all rows then. The score
    /// is right for vectors of any length, the distance for those of length 1 alone.
    /// - Parameter onlyIDs: whether nothing else is answered of a row, beside its distance and score.
    func indexedStatement(
        _ neighbours: Int,
        through index: VectorIndexRecord,
        onlyIDs: Bool
    ) -> String {
        """
        SELECT \(onlyIDs ? "id, distance, score" : "*") FROM (
            SELECT \(RepoRow.fields), embedding_fingerprint, vector::distance::knn() AS distance,
                vector::similarity::cosine(embedding, $vector) AS score
              FROM repo WITH INDEX \(index.name) WHERE embedding <|\(neighbours),\(effort(neighbours, index.kind))|> $vector
              LIMIT \(neighbours)
          ) WHERE \(conditions) ORDER BY distance
        """
    }

    /// Best first, ties broken by stars, then name; at most `limit`, none below the wanted score.
    func ranked(_ hits: [SearchHit]) -> [SearchHit] {
        let good = hits.filter { $0.similarity ?? -1 >= filter.minScore ?? -.infinity }
        return Array(good.sorted(by: >).prefix(limit))
    }
}
