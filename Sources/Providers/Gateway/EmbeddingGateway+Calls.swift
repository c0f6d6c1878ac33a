import EmbeddingCore
import EventLoop
import Logging
import Synchronization
import Telemetry

extension EmbeddingGateway {
    /// Hands texts to the queue and waits for all of them. A cancelled caller takes back what has not been sent.
    func wait(
        for texts: [BatchQueue.Text],
        _ request: EmbeddingRequest,
        dimensions: Int
    ) async throws(EmbeddingError) -> BatchQueue.Finished {
        if let fault = pool.circuitFault() { throw fault }
        let id = state.withLock { $0.queue.makeID() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (caller: Continuation) in
                submit(texts, request, dimensions, id, caller)
            }
        } onCancel: {
            abandon(id)
        }
        if Task.isCancelled { state.withLock { _ = $0.gone.remove(id) } }
        return try result.get()
    }

    private func submit(
        _ texts: [BatchQueue.Text],
        _ request: EmbeddingRequest,
        _ dimensions: Int,
        _ id: BatchQueue.RequestID,
        _ caller: Continuation
    ) {
        let now = time.now
        let refusal = state.withLock { state -> EmbeddingError? in
            if state.gone.remove(id) != nil { return Self.cancelled }
            do throws(EmbeddingError) {
                try state.queue.submit(
                    texts,
                    id: id,
                    priority: request.priority,
                    shape: BatchQueue.Shape(
                        dimensions: dimensions,
                        type: takesInputType ? request.type : nil,
                        isNormalized: request.isNormalized
                    ),
                    deadline: request.deadline,
                    now: now
                )
            } catch {
                return error
            }
            state.callers[id] = caller
            return nil
        }
        if let refusal {
            caller.resume(returning: .failure(refusal))
        } else {
            advance()
        }
    }

    private func abandon(_ id: BatchQueue.RequestID) {
        let caller = state.withLock { state -> Continuation? in
            guard let caller = state.callers.removeValue(forKey: id) else {
                state.gone.insert(id)
                return nil
            }
            state.queue.cancel(id)
            return caller
        }
        guard let caller else { return }
        caller.resume(returning: .failure(Self.cancelled))
        advance()
    }

    private static let cancelled = EmbeddingError(.cancelled, "the caller has disconnected")

    /// Lets the queue decide and does what it says. `event` happens first, under the same lock.
    func advance(_ event: (inout BatchQueue, ContinuousClock.Instant) -> [BatchQueue.Effect] = { _, _ in [] }) {
        let now = time.now
        let (effects, callers, alarm, queued) = state.withLock { state in
            let effects = event(&state.queue, now) + state.queue.advance(now: now)
            var callers: [(Continuation, BatchQueue.Finished)] = []
            for case .finish(let id, let finished) in effects {
                if let caller = state.callers.removeValue(forKey: id) { callers.append((caller, finished)) }
            }
            return (effects, callers, Self.newAlarm(&state), state.queue.texts.count)
        }
        metrics.queued.set(Double(queued))
        for (caller, finished) in callers { caller.resume(returning: .success(finished)) }
        for effect in effects { perform(effect) }
        if let alarm { setAlarm(alarm) }
    }

    private func perform(_ effect: BatchQueue.Effect) {
        switch effect {
        case .start(let call):
            let loop = callsOnlyWait && call.isBrief ? EventLoop.current : nil
            Task(executorPreference: loop) { await self.start(call) }
        case .finish(_, let finished): countFailures(finished)
        case .retried: metrics.retries.increment()
        case .limited: metrics.limited.increment()
        case .shortened: metrics.truncated.increment()
        case .stopped(let error):
            metrics.stopped.set(1)
            logger.error(
                "the embedding provider is stopped until this is corrected",
                metadata: ["provider": "\(pool.name.rawValue)", "error": "\(error)"]
            )
        case .recovered:
            metrics.stopped.set(0)
            logger.notice("the embedding provider works again", metadata: ["provider": "\(pool.name.rawValue)"])
        }
    }

    private func countFailures(_ finished: BatchQueue.Finished) {
        for case .failure(let error) in finished.outcomes { metrics.failed(error.code) }
    }

    /// The queue's next instant, if no alarm is set that comes sooner.
    private static func newAlarm(_ state: inout State) -> ContinuousClock.Instant? {
        guard let wake = state.queue.wake else { return nil }
        if let alarm = state.alarm, alarm <= wake { return nil }
        state.alarm = wake
        return wake
    }

    private func setAlarm(_ instant: ContinuousClock.Instant) {
        let time = time
        // On the loop of the request that it is set for, so that the calls it starts are worked on there.
        Task(executorPreference: EventLoop.current) { [weak self] in
            try? await time.sleep(until: instant)
            self?.ring(instant)
        }
    }

    private func ring(_ instant: ContinuousClock.Instant) {
        state.withLock { state in
            if state.alarm == instant { state.alarm = nil }
        }
        advance()
    }

    /// Makes one provider call and tells the queue how it went.
    private func start(_ call: BatchQueue.Call) async {
        let result: Result<BatchQueue.Answer, EmbeddingError>
        do throws(EmbeddingError) {
            result = .success(try await traced(call))
        } catch {
            result = .failure(error)
        }
        let jitter = jitter()
        advance { queue, now in queue.finished(call.id, result, jitter: jitter, now: now) }
    }

    /// The call as part of the trace of its first caller, linked with those of the others.
    private func traced(_ call: BatchQueue.Call) async throws(EmbeddingError) -> BatchQueue.Answer {
        guard let first = call.spans.first else { return try await make(call) }
        let span = first.child("embed batch", links: call.spans.dropFirst().map(\.context))
        span.set("embed_star.batch.size", call.inputs.count)
        return try await span.run(failure: \.code.rawValue) { () async throws(EmbeddingError) in
            try await make(call)
        }
    }

    /// Makes one provider call.
    private func make(_ call: BatchQueue.Call) async throws(EmbeddingError) -> BatchQueue.Answer {
        let started = time.now
        metrics.batchSize.observe(Double(call.inputs.count))
        defer { metrics.duration.observe(time.now - started) }
        do throws(EmbeddingError) {
            let native = try await pool.model()
            let wanted = call.shape.dimensions ?? native.dimensions
            let asked = ProviderCall(
                call.inputs,
                type: call.shape.type,
                dimensions: size.asked(wanted, native: native.dimensions),
                isNormalized: call.shape.isNormalized,
                patience: call.patience
            )
            let batch = try await pool.embed(asked)
            let answer = try answer(batch, to: call, wanted: wanted, native: native.dimensions)
            metrics.called(nil)
            return answer
        } catch {
            metrics.called(error.code)
            throw error
        }
    }

    /// Checks the vectors one by one and keeps the good ones in the cache.
    private func answer(
        _ batch: EmbeddingBatch,
        to call: BatchQueue.Call,
        wanted: Int,
        native: Int
    ) throws(EmbeddingError) -> BatchQueue.Answer {
        guard batch.vectors.count == call.inputs.count else {
            throw EmbeddingError(
                .badResponse,
                "the provider returned \(batch.vectors.count) vectors for \(call.inputs.count) texts"
            )
        }
        let tokens = TokenShares.divide(batch.tokens, by: call.tokens, isExact: preparation.countsExactly)
        var outcomes: [BatchQueue.TextOutcome] = []
        var fresh: [(key: CacheKey, value: EmbeddedText)] = []
        for (index, vector) in batch.vectors.enumerated() {
            do throws(EmbeddingError) {
                let embedding = try size.shape(
                    vector,
                    to: wanted,
                    native: native,
                    isNormalized: call.shape.isNormalized
                )
                let text = EmbeddedText(embedding: embedding, tokens: tokens[index])
                outcomes.append(.success(text))
                if index < call.keys.count { fresh.append((call.keys[index], text)) }
            } catch {
                outcomes.append(.failure(error))
            }
        }
        cache.insert(fresh)
        metrics.embedded.increment(by: fresh.count)
        metrics.tokens.increment(by: tokens.reduce(0, +))
        return BatchQueue.Answer(outcomes: outcomes, tokens: batch.tokens, quota: batch.quota)
    }
}
