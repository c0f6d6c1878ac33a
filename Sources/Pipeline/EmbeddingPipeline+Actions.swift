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
        case .backfill(let cursor, let limit, let model, let resumesExcluded):
            return await backfill(after: cursor, limit, model, resumesExcluded)
        case .survey(let model, let withStatistics): return await survey(model, withStatistics)
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
        _ resumesExcluded: Bool
    ) async -> PipelineEvent {
        do throws(StoreError) {
            if resumesExcluded { _ = try await queue.resumeExcluded() }
            return .backfilled(next: try await queue.backfill(after: cursor, limit: limit, model: model).next)
        } catch {
            return .backfillFailed(error)
        }
    }

    private func survey(_ model: EmbeddingModel, _ withStatistics: Bool) async -> PipelineEvent {
        do throws(StoreError) {
            let pause = try await queue.pause()
            if withStatistics {
                try await queue.tidy(
                    leasedBeyond: configuration.lease * 2,
                    waitingBeyond: configuration.longestAskedPause + configuration.lease
                )
            }
            return .surveyed(withStatistics ? try await queue.statistics(model: model) : nil, pause: pause)
        } catch {
            return .surveyFailed(error)
        }
    }
}
