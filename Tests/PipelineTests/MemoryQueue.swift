import EmbeddingCore
import Synchronization

/// `QueueModel` as a queue that the running pipeline can use, on the real clock.
final class MemoryQueue: EmbeddingJobQueue {
    private let model = Mutex(QueueModel())
    private let fault = Mutex<StoreError?>(nil)
    private let start = ContinuousClock.now

    /// Looks at or changes the queue.
    func with<T>(_ body: (inout QueueModel) -> sending T) -> sending T {
        let now = ContinuousClock.now - start
        return model.withLock { model in
            model.now = now
            return body(&model)
        }
    }

    /// Makes every call fail, or work again.
    func fail(with error: StoreError?) { fault.withLock { $0 = error } }

    private func check() throws(StoreError) {
        if let error = fault.withLock({ $0 }) { throw error }
    }

    func claim(limit: Int, lease: Duration, token: ClaimToken) async throws(StoreError) -> [EmbeddingJob] {
        try check()
        return with { $0.claim(limit: limit, lease: lease, token: token) }
    }

    func complete(
        _ completions: [JobCompletion],
        token: ClaimToken,
        model: EmbeddingModel
    ) async throws(StoreError) -> Int {
        try check()
        return with { $0.complete(completions, token: token, model: model) }
    }

    func renew(_ jobs: [EmbeddingJob], lease: Duration, token: ClaimToken) async throws(StoreError) {
        try check()
        with { $0.renew(jobs, lease: lease, token: token) }
    }

    func backfill(
        after cursor: DocumentID?,
        limit: Int,
        model: EmbeddingModel
    ) async throws(StoreError) -> (next: DocumentID?, enqueued: Int) {
        try check()
        return with { $0.backfill(after: cursor, limit: limit, model: model) }
    }

    func resumeExcluded() async throws(StoreError) -> Int {
        try check()
        return with { $0.resumeExcluded() }
    }

    func tidy(leasedBeyond lease: Duration, waitingBeyond delay: Duration) async throws(StoreError) {}

    func statistics(model: EmbeddingModel?) async throws(StoreError) -> QueueStatistics? {
        try check()
        return with { $0.statistics(model: model) }
    }

    func attend(model: EmbeddingModel?, lease: Duration, takesOver: Bool) async throws(StoreError) -> SharedState {
        try check()
        return with { $0.attend(0, model: model, lease: lease, takesOver: takesOver) }
    }

    func leave() async throws(StoreError) { with { $0.leave(0) } }

    func beginEpoch() async throws(StoreError) { with { $0.epoch += 1 } }

    func setPaused(_ paused: Bool, by key: String?) async throws(StoreError) {
        try check()
        with { $0.pause = paused ? PipelinePause(by: key) : nil }
    }
}

/// A service that answers at once, or when its gate is opened.
final class FakeService: EmbeddingService {
    private let error: EmbeddingError?
    private let gate: AsyncStream<Void>?
    private let texts = Mutex(0)

    init(error: EmbeddingError? = nil, waitingFor gate: AsyncStream<Void>? = nil) {
        self.error = error
        self.gate = gate
    }

    var textsSent: Int { texts.withLock { $0 } }
    var limits: EmbeddingLimits { Samples.limits }
    var providerState: ProviderState { .ready }
    var knownModel: EmbeddingModel? { nil }
    func model() async throws(EmbeddingError) -> EmbeddingModel { Samples.model }
    func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? { nil }
    func tokenModel() async throws(EmbeddingError) -> any TokenModel { throw EmbeddingError.unknownTokens }

    func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
        texts.withLock { $0 += request.inputs.count }
        if let error { throw error }
        if let gate {
            for await _ in gate { break }
        }
        let inputs = request.inputs.map { input in
            if case .text(let text) = input { text } else { "" }
        }
        return Simulation.answer(to: inputs, model: Samples.model)
    }
}
