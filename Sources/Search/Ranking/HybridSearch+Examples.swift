import EmbeddingCore

extension HybridSearch {
    /// Repos that lie where those of `like` are and those of `unlike` are not: near the mean of the vectors of the first
    /// minus the mean of the vectors of the second. The examples themselves are left out.
    func exampleSearch(
        like: [String],
        unlike: [String],
        _ query: SearchQuery
    ) async throws(SearchError) -> SearchAnswer {
        let model = try await model()
        var sum = [Float](repeating: 0, count: model.dimensions)
        for (names, sign) in [(like, Float(1)), (unlike, Float(-1))] where !names.isEmpty {
            for name in names {
                let vector = try await storedVector(of: name, model, query.filter)
                for index in sum.indices { sum[index] += sign * vector.values[index] / Float(names.count) }
            }
        }
        let direction: Embedding
        do throws(EmbeddingError) {
            direction = try Embedding(validating: sum, dimensions: model.dimensions)
        } catch {
            throw .invalid(
                "like and unlike point in the same direction, which leaves nothing to search for"
            )
        }
        var filter = query.filter
        filter.excludeNames += like + unlike
        return try await vectorPage(QueryVector(embedding: direction, model: model), filter, try query.paging())
    }
}
