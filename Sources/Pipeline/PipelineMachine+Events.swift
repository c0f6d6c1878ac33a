import EmbeddingCore

/// What each event changes.
extension PipelineMachine {
    mutating func absorb(_ event: PipelineEvent) {
        switch event {
        case .tick: break
        case .wake: wake()
        // Asked again, it does not wait for what is in flight.
        case .stop: stop = stop.map { min($0, now - configuration.grace * 4 / 5) } ?? now
        case .paused(let pause): self.pause = pause
        case .resolved(let result): resolved(result)
        case .claimed(let result): claimed(result)
        case .embedded(let id, let result): embedded(id, result)
        case .written(let id, let result): written(id, result)
        case .renewed(let token, let error): renewed(token, error)
        case .backfilled(let next, let found): backfilled(next, found)
        case .backfillFailed(let error):
            backfill.isUnderWay = false
            storeAnswered(error)
        case .tidied(let error):
            tidying = Tidying(next: now + configuration.tidyInterval)
            storeAnswered(error)
        case .surveyed(let statistics, let shared): surveyed(statistics, shared)
        case .surveyFailed(let error):
            survey.isUnderWay = false
            tenure.losesSight()
            storeAnswered(error)
        }
    }

    private mutating func wake() {
        nextClaim = now
        claim?.isOvertaken = true
    }

    /// Ends or begins a pause of the database's calls after one.
    private mutating func storeAnswered(_ error: StoreError?) {
        storeCalls -= 1
        guard let error else {
            store.succeed()
            storeFault = nil
            return
        }
        _ = store.fail(at: now, delay: nil, random: &random)
        if error.code != .conflict, error.code != .cancelled { storeFault = error }
    }

    /// Pauses the calls of the provider. - Returns: how long.
    private mutating func providerFailed(_ error: EmbeddingError) -> Duration {
        providerFault = error
        let asked = error.retryAfter.map { min(max($0, .milliseconds(20)), configuration.longestAskedPause) }
        let pause = provider.fail(at: now, delay: asked, random: &random)
        // Others may do better meanwhile; for the short pause of a single failure it is not worth a write.
        if pause >= configuration.lease / 4 || provider.failures > 1 || error.isPermanent {
            handBackReady(after: pause)
        }
        return pause
    }

    private mutating func resolved(_ result: Result<EmbeddingModel, EmbeddingError>) {
        isResolving = false
        switch result {
        case .success(let new):
            if model == nil {
                provider.succeed()
                providerFault = nil
            }
            adopt(new)
        case .failure(let error):
            if model == nil { _ = providerFailed(error) }
        }
    }

    private mutating func claimed(_ result: Result<[EmbeddingJob], StoreError>) {
        guard let claim, let model else { return }
        self.claim = nil
        switch result {
        case .success(let jobs):
            storeAnswered(nil)
            counts.claimed += jobs.count
            isBacklogLong = jobs.count == claim.limit
            survey.statistics.followClaim(of: jobs.count)
            if !jobs.isEmpty {
                survey.foundJobs = true
                survey.showsEmptyQueue = false
                leases[claim.token] = Lease(
                    expires: claim.started + configuration.lease,
                    undecided: jobs.count,
                    inHand: jobs.count
                )
            }
            for job in jobs { triage(job, token: claim.token, model: model) }
            // A claim that was not filled found the end of the queue, or met the claim of another replica.
            let pause = jobs.isEmpty ? configuration.pollInterval : min(configuration.pollInterval, .milliseconds(50))
            nextClaim = claim.isOvertaken || jobs.count == claim.limit ? now : now + pause
            if jobs.isEmpty, survey.statistics.pending > 0 || survey.foundJobs { countSoon(after: pause) }
        case .failure(let error): storeAnswered(error)
        }
    }

    /// The counts before the end of the work hold no longer.
    private mutating func countSoon(after pause: Duration) {
        survey.next = min(survey.next, now + pause)
        survey.nextStatistics = min(survey.nextStatistics, survey.next)
    }

    private mutating func embedded(_ id: Int, _ result: Result<EmbeddingResult, EmbeddingError>) {
        guard let batch = batches.removeValue(forKey: id) else { return }
        switch result {
        case .success(let answer): judge(batch, answer)
        case .failure(let error):
            // Nothing was tried, so no document is to blame.
            let pause = providerFailed(error)
            for next in batch.jobs { decide(.released(after: pause), for: next.job, token: next.token) }
        }
    }

    private mutating func judge(_ batch: TextBatch, _ answer: EmbeddingResult) {
        guard let model, answer.embeddings.count == batch.jobs.count else {
            return embedded(batch, failingWith: EmbeddingError(.badResponse, "as many vectors as texts were expected"))
        }
        if answer.model != model, batch.model == model { adopt(answer.model) }
        let isCurrent = answer.model == self.model && tenure.isHeld
        var fault: EmbeddingError?
        for case .failure(let error) in answer.embeddings where error.concernsProvider { fault = error }
        let pause = fault.map { providerFailed($0) } ?? .zero
        if fault == nil {
            provider.succeed()
            providerFault = nil
        }
        for (next, embedding) in zip(batch.jobs, answer.embeddings) {
            let outcome = isCurrent ? outcome(of: next, embedding, pause: pause) : .released(after: .zero)
            decide(outcome, for: next.job, token: next.token)
        }
    }

    private mutating func embedded(_ batch: TextBatch, failingWith error: EmbeddingError) {
        for next in batch.jobs {
            decide(outcome(of: next, .failure(error), pause: .zero), for: next.job, token: next.token)
        }
    }

    private mutating func outcome(
        of next: ClaimedJob,
        _ result: Result<Embedding, EmbeddingError>,
        pause: Duration
    ) -> JobOutcome {
        switch result {
        case .success(let embedding) where embedding.values.count == model?.dimensions:
            return .embedded(embedding)
        case .success(let embedding):
            let message =
                "the vector has \(embedding.values.count) dimensions where \(model?.dimensions ?? 0) are expected"
            return failure(next.job, message, isHopeless: false, retryAfter: nil)
        case .failure(let error) where error.concernsProvider:
            return .released(after: error.retryAfter ?? pause)
        case .failure(let error):
            return failure(next.job, error.description, isHopeless: error.isPermanent, retryAfter: error.retryAfter)
        }
    }

    private mutating func written(_ id: Int, _ result: Result<Int, StoreError>) {
        guard let write = writes.removeValue(forKey: id) else { return }
        switch result {
        case .success(let fenced):
            storeAnswered(nil)
            count(write, fenced: fenced)
            // The walk may have passed these rows already.
            if write.model != model { restartBackfill() }
            release(write.completions.count, of: write.token)
        case .failure(let error) where error.code == .rejected:
            storeAnswered(error)
            split(write, error)
        case .failure(let error):
            storeAnswered(error)
            failedWrites.append(write.model == model ? write : withoutModel(write))
        }
    }

    private mutating func count(_ write: OutcomeWrite, fenced: Int) {
        var (embedded, due) = (0, 0)
        for completion in write.completions {
            survey.statistics.followWrite(of: completion, model: write.model)
            switch completion.outcome {
            case .embedded: embedded += 1
            case .unchanged: counts.unchanged += 1
            case .excluded: counts.excluded += 1
            case .retry:
                counts.failed += 1
                due += 1
            case .deadLetter(let error):
                counts.failed += 1
                counts.deadLetters += 1
                newDeadLetters.append((completion.job.document.label, error))
            case .released: due += 1
            }
        }
        counts.fenced += fenced
        // Which outcomes were fenced is not told; nearly always they are vectors.
        counts.written += max(0, embedded - fenced)
        rate.add(write.completions.count - due, at: now)
    }

    /// Finds the row that makes the database refuse a write, by halving; it fails alone.
    private mutating func split(_ write: OutcomeWrite, _ error: StoreError) {
        let half = write.completions.count / 2
        if half > 0 {
            for part in [write.completions[..<half], write.completions[half...]] {
                failedWrites.append(OutcomeWrite(completions: Array(part), token: write.token, model: write.model))
            }
            return
        }
        guard let refused = write.completions.first, case .embedded = refused.outcome else {
            // Not even a failure can be noted: the lease expires, and the job is due again.
            return release(write.completions.count, of: write.token)
        }
        let outcome = failure(refused.job, error.description, isHopeless: false, retryAfter: nil)
        var write = write
        write.completions = [JobCompletion(job: refused.job, outcome: outcome)]
        failedWrites.append(write)
    }

    private mutating func renewed(_ token: ClaimToken, _ error: StoreError?) {
        storeAnswered(error)
        guard let began = leases[token]?.renewingSince else { return }
        leases[token]?.renewingSince = nil
        let expires = began + configuration.lease
        if error == nil { leases[token]?.expires = expires }
    }

    private mutating func backfilled(_ next: DocumentID?, _ found: Int) {
        storeAnswered(nil)
        backfill.isUnderWay = false
        survey.showsEmptyQueue = false
        survey.foundJobs = true
        guard backfill.pageModel == model else { return }
        backfill.cursor = next
        backfill.found += found
        backfill.findsRows = found > 0
        if next == nil {
            backfill.isComplete = true
            backfill.next = now + configuration.reconcileInterval
            survey.nextStatistics = now
        } else {
            // The first walk is in a hurry; later ones are not to be felt.
            backfill.next = backfill.isComplete ? now + .milliseconds(100) : now
        }
    }

    private mutating func surveyed(_ statistics: QueueStatistics?, _ shared: SharedState) {
        storeAnswered(nil)
        survey.isUnderWay = false
        let isFirst = !survey.isKnown
        survey.isKnown = true
        pause = shared.pause
        replicas = shared.replicas
        if let epoch, epoch != shared.epoch { restartBackfill() }
        epoch = shared.epoch
        guard model == survey.model else {
            // Counts of the model in use are better than none, until those of ours come.
            if isFirst, let statistics { survey.statistics = statistics }
            survey.next = now
            return
        }
        if model != nil, tenure.observe(shared.model, at: now) { restart() }
        let isQuick = mode == .once && isIdle
        survey.next =
            now + (isQuick ? min(configuration.pollInterval, .milliseconds(200)) : configuration.surveyInterval)
        guard let statistics else { return }
        survey.statistics = statistics
        survey.showsEmptyQueue = survey.startedIdle && !survey.foundJobs && statistics.pending == 0
        survey.nextStatistics =
            now + (statistics.pending > 0 ? configuration.surveyInterval : configuration.idleSurveyInterval)
    }
}
