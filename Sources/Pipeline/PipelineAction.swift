import EmbeddingCore

/// What the pipeline's machine asks for. Each is answered by the event of the same name.
enum PipelineAction: Sendable {
    case resolveModel
    case claim(limit: Int, token: ClaimToken)
    case embed(batch: Int, texts: [String])
    case write(id: Int, OutcomeWrite)
    case renew([EmbeddingJob], token: ClaimToken)
    case backfill(after: DocumentID?, limit: Int, model: EmbeddingModel, isLater: Bool, found: Int)
    case tidy
    case survey(model: EmbeddingModel?, withStatistics: Bool, takesOver: Bool)
}

/// What happened to the pipeline.
enum PipelineEvent: Sendable {
    /// Time has passed.
    case tick
    /// Somebody knows of due jobs.
    case wake
    case stop
    case paused(PipelinePause?)
    case resolved(Result<EmbeddingModel, EmbeddingError>)
    case claimed(Result<[EmbeddingJob], StoreError>)
    case embedded(batch: Int, Result<EmbeddingResult, EmbeddingError>)
    /// The number says how many outcomes had no effect, because the job was no longer ours or had changed.
    case written(id: Int, Result<Int, StoreError>)
    case renewed(ClaimToken, StoreError?)
    case backfilled(next: DocumentID?, found: Int)
    case backfillFailed(StoreError)
    case tidied(StoreError?)
    case surveyed(QueueStatistics?, SharedState)
    case surveyFailed(StoreError)
}
