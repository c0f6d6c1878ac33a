import EmbeddingCore
import Synchronization

/// What a query is compared with.
struct QueryVector: Sendable {
    let embedding: Embedding
    let model: EmbeddingModel
}

extension HybridSearch {
    /// Longest wait for the embedding of a query.
    private static let patience: Duration = .seconds(10)

    /// The text as the model sees queries.
    func embed(_ text: String, for partition: CachePartition) async throws(SearchError) -> QueryVector {
        var request = EmbeddingRequest(
            inputs: [.text(text)],
            type: .query,
            priority: .interactive,
            deadline: .now + Self.patience,
            partition: partition
        )
        do throws(EmbeddingError) {
            var result: EmbeddingResult
            if let cached = service.cached(&request) {
                result = cached
            } else {
                result = try await service.embed(request)
            }
            guard let first = result.embeddings.popLast() else {
                throw EmbeddingError(.badResponse, "one vector is expected for one text")
            }
            lastModel.withLock { $0 = result.model }
            return QueryVector(embedding: try first.get(), model: result.model)
        } catch {
            throw .embedding(error)
        }
    }

    /// A vector as the client sent it.
    func vector(_ values: [Float]) async throws(SearchError) -> QueryVector {
        let model = try await model()
        guard values.count == model.dimensions else {
            let detail = "the embedding has \(values.count) numbers, the model's vectors have \(model.dimensions)"
            throw .embedding(EmbeddingError(.unsupportedDimensions, detail))
        }
        do throws(EmbeddingError) {
            return QueryVector(embedding: try Embedding(validating: values, dimensions: model.dimensions), model: model)
        } catch {
            throw .invalid(error.message)
        }
    }

    func model() async throws(SearchError) -> EmbeddingModel {
        do throws(EmbeddingError) {
            let model = try await service.model()
            lastModel.withLock { $0 = model }
            return model
        } catch {
            throw .embedding(error)
        }
    }

    /// The model as last known: an answer from the text index needs none.
    func knownModel() async -> EmbeddingModel? {
        if let model = lastModel.withLock({ $0 }) { return model }
        return try? await service.model()
    }

    /// The vector that is kept of a repo, if the caller may see it.
    func storedVector(
        of fullName: String,
        _ model: EmbeddingModel,
        _ filter: SearchFilter
    ) async throws(SearchError) -> Embedding {
        let stored: StoredVector?
        do throws(StoreError) {
            stored = try await similarity.vector(
                of: fullName,
                model: model,
                includesPrivate: filter.includesPrivate
            )
        } catch {
            throw .store(error)
        }
        switch stored {
        case nil: throw .unknownRepo(fullName)
        case .pending: throw .notEmbedded(fullName)
        case .embedded(let vector): return vector
        }
    }

    func nearest(
        to vector: QueryVector,
        _ filter: SearchFilter,
        _ limit: Int
    ) async throws(SearchError) -> SearchHits {
        do throws(StoreError) {
            return try await similarity.nearest(
                to: vector.embedding,
                model: vector.model,
                filter: filter,
                limit: limit
            )
        } catch {
            throw .store(error)
        }
    }

    func answer(
        _ hits: [SearchHit],
        _ mode: SearchMode,
        _ method: SearchMethod,
        _ model: EmbeddingModel?,
        isWeak: Bool = false
    ) -> SearchAnswer {
        SearchAnswer(hits: hits, mode: mode, method: method, model: model, coverage: coverage(), isWeak: isWeak)
    }

    /// The page of the repos that are nearest to a vector.
    func vectorPage(
        _ vector: QueryVector,
        _ filter: SearchFilter,
        _ paging: ResultPaging
    ) async throws(SearchError) -> SearchAnswer {
        try await paging.page { [self] depth throws(SearchError) in
            let found = try await nearest(to: vector, filter, depth)
            return ResultPaging.Ranking(
                answer: answer(found.hits, .vector, found.method, vector.model),
                isCut: found.hits.count >= depth
            )
        }
    }

    /// Of what the text index found; nil when they cannot be had.
    ///
    /// Without them the answer is still the answer.
    func similarities(of matches: TextMatches, to query: QueryVector) async -> [DocumentID: Double]? {
        let ids = Array(Set((matches.names + matches.words).map(\.id)))
        var similarities: [DocumentID: Double] = [:]
        for start in stride(from: 0, to: ids.count, by: 1000) {
            let some = Array(ids[start...].prefix(1000))
            guard let scores = try? await similarity.scores(of: some, to: query.embedding, model: query.model) else {
                return nil
            }
            similarities.merge(scores) { $1 }
        }
        return similarities
    }
}

extension SearchQuery {
    /// Its pages: a cursor is good for the same subject, mode and filter.
    /// - Throws: `SearchError.invalid`.
    func paging(depth: Int = 0) throws(SearchError) -> ResultPaging {
        try ResultPaging("search \(subject) \(mode) \(filter)", cursor: cursor, limit: limit, depth: depth)
    }
}
