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
        let request = EmbeddingRequest(
            inputs: [.text(text)],
            type: .query,
            priority: .interactive,
            deadline: .now + Self.patience,
            partition: partition
        )
        do throws(EmbeddingError) {
            var result: EmbeddingResult
            if let cached = service.cached(request) {
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

    /// The vector that is kept of a repo.
    func storedVector(of fullName: String, _ model: EmbeddingModel) async throws(SearchError) -> Embedding {
        let stored: StoredVector?
        do throws(StoreError) {
            stored = try await similarity.vector(of: fullName, model: model)
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

    /// The best of a ranking, with the cosine of those that only the text index found.
    func best(of ranking: RankedHits, near query: QueryVector, _ asked: SearchQuery) async -> [SearchHit] {
        let minScore = asked.filter.minScore
        var hits = ranking.best(minScore == nil ? asked.limit : max(asked.limit, 2 * Self.depth), asked.filter)
        let unknown = hits.filter { $0.similarity == nil }.map(\.repo.fullName)
        // Without them the answer is still the answer; only those similarities are missing.
        if !unknown.isEmpty,
            let known = try? await similarity.scores(of: unknown, to: query.embedding, model: query.model)
        {
            for index in hits.indices where hits[index].similarity == nil {
                hits[index].similarity = known[hits[index].repo.fullName]
            }
        }
        if let minScore { hits.removeAll { ($0.similarity ?? -1) < minScore } }
        return Array(hits.prefix(asked.limit))
    }
}
