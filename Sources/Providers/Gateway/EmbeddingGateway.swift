package import EmbeddingCore
import Logging
import Synchronization
import Telemetry

/// The way of every text to the provider: cache, batches, pace, retries, circuit breakers, validation. The decisions
/// are `BatchQueue`'s; this makes the calls, keeps the callers' continuations, and sets the alarm.
package final class EmbeddingGateway: EmbeddingService {
    typealias Continuation = CheckedContinuation<Result<BatchQueue.Finished, EmbeddingError>, Never>

    struct State {
        var queue: BatchQueue
        var callers: [BatchQueue.RequestID: Continuation] = [:]
        /// Callers that were cancelled before they came in.
        var gone: Set<BatchQueue.RequestID> = []
        /// The soonest alarm that is set.
        var alarm: ContinuousClock.Instant?
    }

    let pool: ProviderPool
    let cache: EmbeddingCache
    let preparation: InputPreparation
    let size: VectorSize
    let takesInputType: Bool
    let tokenLimit: Int?
    let metrics: ProviderMetrics
    let time: any TimeSource
    let jitter: @Sendable () -> Double
    /// Whether calls wait rather than compute, so that small ones may be worked on on the loop of their request.
    let callsOnlyWait: Bool
    let logger: Logger
    let state: Mutex<State>

    init(
        pool: ProviderPool,
        cache: EmbeddingCache,
        preparation: InputPreparation,
        size: VectorSize,
        takesInputType: Bool,
        tokenLimit: Int?,
        queue: BatchQueue.Settings,
        metrics: ProviderMetrics,
        time: any TimeSource,
        jitter: @escaping @Sendable () -> Double,
        callsOnlyWait: Bool,
        logger: Logger
    ) {
        self.pool = pool
        self.cache = cache
        self.preparation = preparation
        self.size = size
        self.takesInputType = takesInputType
        self.tokenLimit = tokenLimit
        self.metrics = metrics
        self.time = time
        self.jitter = jitter
        self.callsOnlyWait = callsOnlyWait
        self.logger = logger
        state = Mutex(State(queue: BatchQueue(settings: queue, now: time.now)))
    }

    package var limits: EmbeddingLimits {
        var limits = ownLimits
        limits.acceptsTokens = limits.acceptsTokens || preparation.decoder != nil
        return limits
    }

    /// Those of the provider, the operator's own included.
    private var ownLimits: EmbeddingLimits {
        var limits = pool.limits
        if let tokenLimit { limits.tokensPerText = min(limits.tokensPerText, tokenLimit) }
        return limits
    }

    package func model() async throws(EmbeddingError) -> EmbeddingModel {
        let native = try await nativeModel()
        return native.resized(try size.wanted(nil, native: native.dimensions))
    }

    package var knownModel: EmbeddingModel? {
        pool.knownModel.flatMap { native in
            (try? size.wanted(nil, native: native.dimensions)).map { native.resized($0) }
        }
    }

    package var providerState: ProviderState {
        let now = time.now
        let (stop, paused) = state.withLock { ($0.queue.stop?.error, $0.queue.pacer.pausedUntil) }
        if let stop { return .stopped(stop) }
        if let open = pool.blockedUntil { return .open(until: open) }
        if let paused, paused > now { return .limited(until: paused) }
        return .ready
    }

    package func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? {
        guard cache.isUsed, let native = pool.knownModel,
            let wanted = try? size.wanted(request.dimensions, native: native.dimensions)
        else { return nil }
        let model = native.resized(wanted)
        request.inputs = preparation.decoded(request.inputs)
        guard let keys = try? keys(of: request, model: model) else { return nil }
        guard let values = cache.allValues(for: keys) else {
            CacheKey.keep(keys, in: &request, for: model)
            return nil
        }
        return EmbeddingResult(
            embeddings: values.map { .success($0.embedding) },
            model: model,
            tokens: values.reduce(0) { $0 + $1.tokens },
            cache: .hit
        )
    }

    package func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
        var request = request
        request.inputs = preparation.decoded(request.inputs)
        let plan: RequestPlan
        let finished: BatchQueue.Finished?
        do throws(EmbeddingError) {
            guard request.isNormalized || pool.limits.givesRawVectors else {
                throw EmbeddingError(
                    .unsupported,
                    "this provider's vectors are of unit length; the built-in model alone gives them as they are",
                    parameter: "normalize"
                )
            }
            let native = try await nativeModel()
            let wanted = try size.wanted(request.dimensions, native: native.dimensions)
            plan = try lookUp(request, model: native.resized(wanted))
            finished = plan.texts.isEmpty ? nil : try await wait(for: plan.texts, request, dimensions: wanted)
        } catch {
            metrics.failed(error.code, texts: request.inputs.count)
            throw error
        }
        if let finished, let fault = plan.commonFault(finished) { throw fault }
        return plan.result(finished)
    }

    /// The model at its own size. A permanent fault met on the way stops the provider as one met in a call does.
    private func nativeModel() async throws(EmbeddingError) -> EmbeddingModel {
        if let stop = state.withLock({ $0.queue.stop?.error }), pool.knownModel == nil { throw stop }
        do {
            return try await pool.model()
        } catch {
            if RetryPolicy.verdict(error.code) == .stop { advance { $0.halt(error, now: $1) } }
            throw error
        }
    }

    package func tokenModel() async throws(EmbeddingError) -> any TokenModel {
        guard let source = pool.provider as? any TokenSource else { throw EmbeddingError.unknownTokens }
        return GatewayTokenModel(source: source, preparation: preparation, limits: ownLimits)
    }

    /// Takes what the cache has and makes the rest ready to be sent.
    private func lookUp(_ request: EmbeddingRequest, model: EmbeddingModel) throws(EmbeddingError) -> RequestPlan {
        var plan = RequestPlan(count: request.inputs.count, model: model)
        let limits = ownLimits
        let kept = CacheKey.kept(in: request, for: model)
        let keys = if let kept { kept } else { try keys(of: request, model: model) }
        let span = Span.current
        for (index, value) in cache.values(for: keys).enumerated() {
            if let value {
                plan.hit(index, value)
                continue
            }
            guard plan.isNew(index, keys[index]) else { continue }
            do throws(EmbeddingError) {
                let prepared = try preparation.prepare(
                    request.inputs[index],
                    request,
                    limits: limits
                )
                if prepared.wasCut { metrics.truncated.increment() }
                plan.miss(
                    index,
                    BatchQueue.Text(
                        key: keys[index],
                        input: prepared.input,
                        tokens: prepared.tokens,
                        truncatedEnd: request.truncate && !preparation.countsExactly ? request.truncatedEnd : nil,
                        span: span
                    )
                )
            } catch {
                metrics.failed(error.code)
                plan.refuse(index, error)
            }
        }
        return plan
    }

    /// The cache's key of every input, in order.
    /// - Throws: `.invalidInput` for a prompt that there is not.
    private func keys(of request: EmbeddingRequest, model: EmbeddingModel) throws(EmbeddingError) -> [CacheKey] {
        let scope = CacheKey.Scope(
            model: model,
            type: request.type,
            promptName: request.promptName,
            isNormalized: request.isNormalized,
            partition: request.partition
        )
        let prompt = try preparation.prompt(of: request)
        let cut: CacheKey.Cut = !request.truncate ? .none : request.truncatedEnd == .left ? .left : .right
        return request.inputs.map { input in
            // Only a text that may have been cut has another vector when it is cut in another way.
            let isCut =
                cut != .right && preparation.mayBeLong(input, prompt: prompt, limit: limits.tokensPerText)
            return CacheKey(input, in: scope, cut: isCut ? cut : .right)
        }
    }
}

extension EmbeddingModel {
    /// The identity of the same model at another vector size.
    func resized(_ dimensions: Int) -> EmbeddingModel {
        guard dimensions != self.dimensions else { return self }
        return EmbeddingModel(provider: provider, name: name, dimensions: dimensions, revision: revision)
    }
}
