import EmbeddingCore
import Telemetry

extension EmbeddingPipeline {
    /// Does what the machine asked for, and says what came of it.
    func perform(_ action: PipelineAction) async -> PipelineEvent {
        switch action {
        case .resolveModel:
            return .resolved(await Result { () async throws(EmbeddingError) in try await service.model() })
        case .claim(let limit, let token):
            let lease = configuration.lease
            return .claimed(
                await Result { () async throws(StoreError) in
                    try await queue.claim(limit: limit, lease: lease, token: token)
                }
            )
        case .embed(let batch, let texts):
            let request = EmbeddingRequest(
                inputs: texts.map { .text($0) },
                type: .document,
                priority: .backlog,
                deadline: .now + configuration.embedTimeout
            )
            return .embedded(
                batch: batch,
                await Result { () async throws(EmbeddingError) in
                    try await traced("pipeline embed", items: texts.count, failure: \.code.rawValue) {
                        () async throws(EmbeddingError) in try await service.embed(request)
                    }
                }
            )
        case .write(let id, let write):
            return .written(
                id: id,
                await Result { () async throws(StoreError) in
                    try await traced("pipeline write", items: write.completions.count, failure: \.code.rawValue) {
                        () async throws(StoreError) in
                        try await queue.complete(write.completions, token: write.token, model: write.model)
                    }
                }
            )
        case .renew(let jobs, let token): return await renew(jobs, token)
        case .backfill(let cursor, let limit, let model, let isLater, let found):
            return await backfill(after: cursor, limit, model, isLater, found)
        case .tidy: return await tidy()
        case .survey(let model, let withStatistics, let takesOver):
            return await survey(model, withStatistics, takesOver)
        }
    }

    /// `body` as a trace of its own, when there are traces.
    private func traced<Value, Failure: Error>(
        _ name: String,
        items: Int,
        failure: (Failure) -> String,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard let span = tracer?.start(name) else { return try await body() }
        span.set("embed_star.repos", items)
        return try await span.run(failure: failure, body)
    }

    private func renew(_ jobs: [EmbeddingJob], _ token: ClaimToken) async -> PipelineEvent {
        do throws(StoreError) {
            try await queue.renew(jobs, lease: configuration.lease, token: token)
            return .renewed(token, nil)
        } catch {
            return .renewed(token, error)
        }
    }

    private func backfill(
        after cursor: DocumentID?,
        _ limit: Int,
        _ model: EmbeddingModel,
        _ isLater: Bool,
        _ found: Int
    ) async -> PipelineEvent {
        do throws(StoreError) {
            if cursor == nil, configuration.embedsPrivate { _ = try await queue.resumeExcluded() }
            let page = try await queue.backfill(after: cursor, limit: limit, model: model)
            // What a later walk finds, nobody was notified of.
            if page.next == nil, isLater, found + page.enqueued > 0 { try await queue.beginEpoch() }
            return .backfilled(next: page.next, found: page.enqueued)
        } catch {
            return .backfillFailed(error)
        }
    }

    private func tidy() async -> PipelineEvent {
        do throws(StoreError) {
            try await queue.tidy(
                leasedBeyond: configuration.lease * 2,
                waitingBeyond: configuration.longestAskedPause + configuration.lease
            )
            return .tidied(nil)
        } catch {
            return .tidied(error)
        }
    }

    private func survey(_ model: EmbeddingModel?, _ withStatistics: Bool, _ takesOver: Bool) async -> PipelineEvent {
        do throws(StoreError) {
            let lease = configuration.lease
            let shared = try await queue.attend(model: model, lease: lease, takesOver: takesOver)
            return .surveyed(withStatistics ? try await queue.statistics(model: model) : nil, shared)
        } catch {
            return .surveyFailed(error)
        }
    }
}
