import EmbeddingCore

/// Which of a caller's inputs are answered from the cache, which wait for the provider, and how the answers come
/// together in the order of the inputs.
struct RequestPlan {
    private enum Source {
        case settled(Result<Embedding, EmbeddingError>, tokens: Int)
        /// The text's place among those sent.
        case sent(Int)
    }

    let model: EmbeddingModel
    /// What has to be asked for, each text once.
    private(set) var texts: [BatchQueue.Text] = []
    private var sources: [Source?]
    /// Where each text stands first.
    private var firsts: [CacheKey: Int] = [:]
    private var hits = 0

    init(count: Int, model: EmbeddingModel) {
        self.model = model
        sources = Array(repeating: nil, count: count)
    }

    mutating func hit(_ index: Int, _ value: EmbeddedText) {
        hits += 1
        sources[index] = .settled(.success(value.embedding), tokens: value.tokens)
    }

    /// False when the same text stands earlier in the request; then the two share one answer.
    mutating func isNew(_ index: Int, _ key: CacheKey) -> Bool {
        guard let first = firsts[key] else {
            firsts[key] = index
            return true
        }
        sources[index] = sources[first]
        return false
    }

    mutating func miss(_ index: Int, _ text: BatchQueue.Text) {
        sources[index] = .sent(texts.count)
        texts.append(text)
    }

    mutating func refuse(_ index: Int, _ error: EmbeddingError) {
        sources[index] = .settled(.failure(error), tokens: 0)
    }

    /// The provider's fault when it alone kept the whole request from being answered.
    func commonFault(_ finished: BatchQueue.Finished) -> EmbeddingError? {
        guard hits == 0 else { return nil }
        var fault: EmbeddingError?
        for outcome in finished.outcomes {
            guard case .failure(let error) = outcome, error.concernsProvider || error.code == .timeout else {
                return nil
            }
            guard fault == nil || fault == error else { return nil }
            fault = error
        }
        return fault
    }

    func result(_ finished: BatchQueue.Finished?) -> EmbeddingResult {
        var tokens = 0
        var embeddings: [Result<Embedding, EmbeddingError>] = []
        embeddings.reserveCapacity(sources.count)
        for source in sources {
            switch source {
            case .settled(let outcome, let cost):
                tokens += cost
                embeddings.append(outcome)
            case .sent(let place):
                let outcome = finished?.outcomes[place] ?? .failure(EmbeddingError(.internal, "a text was lost"))
                if case .success(let text) = outcome { tokens += text.tokens }
                embeddings.append(outcome.map(\.embedding))
            case nil: embeddings.append(.failure(EmbeddingError(.internal, "a text was lost")))
            }
        }
        return EmbeddingResult(
            embeddings: embeddings,
            model: model,
            tokens: tokens,
            cache: hits == 0 ? .miss : hits == sources.count ? .hit : .partial,
            queueTime: finished?.queueTime ?? .zero,
            providerTime: finished?.providerTime ?? .zero
        )
    }
}
