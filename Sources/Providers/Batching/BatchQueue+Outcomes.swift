import EmbeddingCore

extension BatchQueue {
    /// A call has ended.
    /// - Parameter jitter: 0..<1.
    mutating func finished(
        _ id: CallID,
        _ result: Result<Answer, EmbeddingError>,
        jitter: Double,
        now: Instant
    ) -> [Effect] {
        guard let call = calls.removeValue(forKey: id) else { return [] }
        var effects: [Effect] = []
        switch result {
        case .success(let answer):
            throughput.observe(now - call.started)
            pacer.succeeded(
                started: call.started,
                estimated: call.tokens,
                actual: answer.tokens,
                quota: answer.quota,
                at: now
            )
            if stop != nil {
                stop = nil
                effects.append(.recovered)
            }
            batchLimit.took(call.texts.count)
            halfEnded(call, well: true, now: now)
            deliver(answer, to: call, now: now, &effects)
        case .failure(let error):
            if call.isProbe {
                probeFailed(error, now: now, &effects)
            } else {
                failed(call, error, jitter: jitter, now: now, &effects)
            }
        }
        return effects
    }

    /// A text whose own vector is unusable is asked for once more, alone.
    private mutating func deliver(_ answer: Answer, to call: RunningCall, now: Instant, _ effects: inout [Effect]) {
        for (textID, outcome) in zip(call.texts, answer.outcomes) {
            if case .failure(let error) = outcome, error.code == .badResponse, call.texts.count > 1 {
                regroup([textID], call, attempts: settings.retry.attempts - 1, notBefore: now, error)
                effects.append(.retried(error.code))
            } else {
                settle(textID, outcome, now: now, &effects)
            }
        }
    }

    private mutating func failed(
        _ call: RunningCall,
        _ error: EmbeddingError,
        jitter: Double,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        halfEnded(call, well: false, now: now)
        switch RetryPolicy.verdict(error.code) {
        case .retry: retry(call, error, jitter: jitter, now: now, &effects)
        case .pace:
            let isBusy = waiting.contains { $0.count > 0 } || !groups.isEmpty
            pacer.refused(
                started: call.started,
                retryAfter: error.retryAfter,
                isBusy: isBusy,
                jitter: jitter,
                at: now
            )
            effects.append(.limited)
            regroup(call.texts, call, attempts: call.attempts, notBefore: pacer.nextTry ?? now, error)
            refuseHopeless(now: now, &effects)
        case .divide: divide(call, error, now: now, &effects)
        case .stop:
            effects += halt(error, now: now)
            for textID in call.texts { settle(textID, .failure(error), now: now, &effects) }
        case .fail:
            if error.code == .circuitOpen { failAll(error, now: now, &effects) }
            for textID in call.texts { settle(textID, .failure(error), now: now, &effects) }
        }
    }

    /// Answers those whose time will be up before the provider takes anything again.
    private mutating func refuseHopeless(now: Instant, _ effects: inout [Effect]) {
        for (id, request) in requests {
            guard let error = pacer.refusal(by: request.deadline, at: now) else { continue }
            finish(id, missing: error, now: now, &effects)
        }
    }

    /// A call of many is tried once more as it is, because most faults pass; then it is divided, because a single text
    /// can bring some servers down, and some take fewer at once.
    private mutating func retry(
        _ call: RunningCall,
        _ error: EmbeddingError,
        jitter: Double,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        let attempts = call.attempts + 1
        let isLast = attempts >= settings.retry.attempts
        if call.texts.count > 1, isLast || call.isPart || call.attempts > 0 || error.code == .timeout {
            effects.append(.retried(error.code))
            return divide(call, error, now: now, &effects)
        }
        guard !isLast else {
            for textID in call.texts { settle(textID, .failure(error), now: now, &effects) }
            return
        }
        let delay = settings.retry.delay(after: attempts, retryAfter: error.retryAfter, jitter: jitter)
        effects.append(.retried(error.code))
        regroup(call.texts, call, attempts: attempts, notBefore: now + delay, error)
    }

    private mutating func divide(
        _ call: RunningCall,
        _ error: EmbeddingError,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        guard call.texts.count > 1 else {
            guard let only = call.texts.first else { return }
            if error.code == .invalidInput, shorten(only) {
                effects.append(.shortened)
                regroup([only], call, attempts: call.attempts, notBefore: now, error)
            } else {
                settle(only, .failure(error), now: now, &effects)
            }
            return
        }
        let division = makeID()
        divisions[division] = Division(texts: call.texts.count, isRefusal: RetryPolicy.verdict(error.code) == .divide)
        let middle = call.texts.count / 2
        for half in [call.texts[..<middle], call.texts[middle...]] {
            regroup(Array(half), call, attempts: call.attempts, notBefore: now, error, division: division)
        }
    }

    /// Both halves of a failed call may go well: then it was too large.
    private mutating func halfEnded(_ call: RunningCall, well: Bool, now: Instant) {
        guard let id = call.division, var division = divisions[id] else { return }
        division.halves -= 1
        division.areGood = division.areGood && well
        divisions[id] = division.halves > 0 ? division : nil
        guard division.halves == 0, division.areGood else { return }
        batchLimit.refused(division.texts, certainly: division.isRefusal, at: now)
    }

    /// Halves a text that the provider may have refused for its length, which is only estimated.
    private mutating func shorten(_ id: TextID) -> Bool {
        guard let pending = texts[id], let end = pending.text.truncatedEnd, case .text(let text) = pending.text.input
        else {
            return false
        }
        let half = Truncation.part(of: text, bytes: text.utf8.count / 2, losing: end)
        guard half.utf8.count >= Self.shortestCut else { return false }
        bytes -= text.utf8.count - half.utf8.count
        texts[id]?.text.input = .text(half)
        texts[id]?.text.tokens = max(1, pending.text.tokens / 2)
        return true
    }

    /// A text this short was not refused for its length.
    static let shortestCut = 256

    private mutating func regroup(
        _ ids: [TextID],
        _ call: RunningCall,
        attempts: Int,
        notBefore: Instant,
        _ error: EmbeddingError,
        division: DivisionID? = nil
    ) {
        var kept: [TextID] = []
        for id in ids {
            guard let pending = texts[id] else { continue }
            guard !pending.waiters.isEmpty else {
                forget(id)
                continue
            }
            texts[id]?.place = .grouped
            for waiter in pending.waiters { requests[waiter.request]?.lastError = error }
            kept.append(id)
        }
        // Whoever left took the proof along.
        if let division, kept.count < ids.count { divisions[division] = nil }
        guard !kept.isEmpty else { return }
        groups.append(
            Group(
                texts: kept,
                priority: call.priority,
                attempts: attempts,
                notBefore: notBefore,
                isPart: call.isPart || ids.count < call.texts.count,
                division: division
            )
        )
    }

    /// Stops the provider for a permanent fault: everything that waits is answered with it, and nothing more is taken
    /// in until a probe succeeds.
    mutating func halt(_ error: EmbeddingError, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        if stop == nil { effects.append(.stopped(error)) }
        stop = Stop(error: error, probeAt: now + settings.probeInterval)
        failAll(error, now: now, &effects)
        return effects
    }

    private mutating func probeFailed(_ error: EmbeddingError, now: Instant, _ effects: inout [Effect]) {
        guard let current = stop else { return }
        let isStill = RetryPolicy.verdict(error.code) == .stop
        stop = Stop(error: isStill ? error : current.error, probeAt: now + settings.probeInterval)
        // Anything else than a permanent fault shows that the key and the model are accepted.
        guard !isStill, error.code == .rateLimited || error.code == .invalidInput else { return }
        stop = nil
        effects.append(.recovered)
    }

    /// Answers everything that is not under way.
    private mutating func failAll(_ error: EmbeddingError, now: Instant, _ effects: inout [Effect]) {
        for (id, pending) in texts where pending.place != .calling {
            settle(id, .failure(error), now: now, &effects)
        }
        groups.removeAll()
        divisions.removeAll()
    }
}
