import DequeModule
import EmbeddingCore
import Retry

/// The work in flight: what is taken from where, and what becomes of a job.
extension PipelineMachine {
    /// Texts of one provider call at most.
    var batchLimit: Int { min(configuration.batchSize, limits.items) }

    /// Jobs of one claim: enough for all batches that fit in flight and as many again, or one batch as a probe.
    var claimLimit: Int {
        provider.isProbing
            ? batchLimit : min(configuration.claimSize, max(2, 2 * configuration.parallelBatches) * batchLimit)
    }

    /// Texts sent to the provider whose vector is not in the database yet: what a kill makes it do again.
    var unwrittenTexts: Int {
        let waiting = leases.values.reduce(0) { $0 + Self.vectors(in: $1.outcomes) }
        let sent = batches.values.reduce(0) { $0 + $1.jobs.count }
        let underWay = writes.values.reduce(0) { $0 + Self.vectors(in: $1.completions) }
        return failedWrites.reduce(waiting + sent + underWay) { $0 + Self.vectors(in: $1.completions) }
    }

    /// All batches in flight, as many as may be being written and one more, so that neither the provider nor the
    /// database waits for the other.
    var unwrittenLimit: Int { (configuration.parallelBatches + configuration.parallelWrites + 1) * batchLimit }

    private static func vectors(in completions: [JobCompletion]) -> Int {
        completions.count { if case .embedded = $0.outcome { true } else { false } }
    }

    /// A fresh token or id of 128 random bits.
    mutating func makeID() -> String {
        String(random.next(), radix: 36) + String(random.next(), radix: 36)
    }

    /// Finishes what needs no provider at once; the rest becomes ready.
    mutating func triage(_ job: EmbeddingJob, token: ClaimToken, model: EmbeddingModel) {
        if job.document.isPrivate, !configuration.embedsPrivate {
            return decide(.excluded, for: job, token: token)
        }
        if job.attempts > configuration.retryAttempts + configuration.silentClaims {
            let message = "claimed \(job.attempts) times by processes that ended before they finished it"
            return decide(.deadLetter(error: message), for: job, token: token)
        }
        let isCurrent = job.storedFingerprint == model.fingerprint && job.storedTextHash == job.document.textHash
        if isCurrent, !job.isForced { return decide(.unchanged, for: job, token: token) }
        if let kept = job.unattributed?.embedding(of: model), !job.isForced {
            return decide(.embedded(kept), for: job, token: token)
        }
        ready.append(ClaimedJob(job: job, token: token))
    }

    /// The next texts, up to what one call may carry in items and, as estimated, in tokens.
    mutating func takeBatch() -> [ClaimedJob] {
        var jobs: [ClaimedJob] = []
        var tokens = 0
        while jobs.count < batchLimit, let next = ready.first {
            // Three bytes a token is below what tokenizers reach on such texts, so the estimate errs upwards.
            tokens += min(limits.tokensPerText, next.job.document.text.utf8.count / 3 + 2)
            if let most = limits.tokensPerCall, tokens > most, !jobs.isEmpty { break }
            jobs.append(ready.removeFirst())
        }
        return jobs
    }

    /// Notes what became of a job; it is written later.
    mutating func decide(_ outcome: JobOutcome, for job: EmbeddingJob, token: ClaimToken) {
        leases[token]?.undecided -= 1
        leases[token]?.outcomes.append(JobCompletion(job: job, outcome: outcome))
        if leases[token]?.waitingSince == nil { leases[token]?.waitingSince = now }
    }

    /// What becomes of a job whose text could not be embedded, the fault being its own.
    mutating func failure(_ job: EmbeddingJob, _ message: String, isHopeless: Bool, retryAfter: Duration?) -> JobOutcome
    {
        guard !isHopeless, job.attempts < configuration.retryAttempts else { return .deadLetter(error: message) }
        let backoff = Backoff(base: configuration.retryDelay, longest: configuration.longestRetryDelay)
        let delay = backoff.delay(ofAttempt: job.attempts, random: &random)
        return .retry(after: max(delay, retryAfter ?? .zero), error: message)
    }

    /// A lease whose outcomes should be written now: those of a batch, no more to come, long waited for, or nothing else
    /// being written.
    func ripeLease() -> ClaimToken? {
        leases.filter { _, lease in
            guard let since = lease.waitingSince else { return false }
            return writes.isEmpty || lease.outcomes.count >= min(batchLimit, configuration.writeSize)
                || lease.undecided == 0 || now >= since + configuration.writeDelay
        }
        .max { ($0.value.outcomes.count, $0.key.value) < ($1.value.outcomes.count, $1.key.value) }?.key
    }

    mutating func takeOutcomes(of token: ClaimToken) -> [JobCompletion] {
        guard var lease = leases[token] else { return [] }
        let taken = Array(lease.outcomes.prefix(configuration.writeSize))
        lease.outcomes.removeFirst(taken.count)
        if lease.outcomes.isEmpty { lease.waitingSince = nil }
        leases[token] = lease
        return taken
    }

    /// Ends `count` jobs of a lease, and the lease with the last of them.
    mutating func release(_ count: Int, of token: ClaimToken) {
        leases[token]?.inHand -= count
        if leases[token]?.inHand == 0 { leases[token] = nil }
    }

    /// Texts of a lease that has expired are not sent: another replica may hold them now.
    mutating func forgetExpired() {
        guard leases.values.contains(where: { now >= $0.expires }) else { return }
        let lost = ready.filter { leases[$0.token].map { now >= $0.expires } ?? true }
        guard !lost.isEmpty else { return }
        ready.removeAll { leases[$0.token].map { now >= $0.expires } ?? true }
        for job in lost {
            leases[job.token]?.undecided -= 1
            release(1, of: job.token)
        }
    }

    mutating func handBackReady(after delay: Duration) {
        while let next = ready.popFirst() { decide(.released(after: delay), for: next.job, token: next.token) }
    }

    /// Gives back what is not with the provider, and near the end of the grace period also what is.
    mutating func handBackUnsent() {
        handBackReady(after: .zero)
        guard let stop, now >= stop + configuration.grace * 4 / 5 else { return }
        for id in batches.keys.sorted() {
            for next in batches.removeValue(forKey: id)?.jobs ?? [] {
                decide(.released(after: .zero), for: next.job, token: next.token)
            }
        }
    }

    /// Takes another model, which is in use for the rows once that is agreed on with the other replicas.
    mutating func adopt(_ new: EmbeddingModel) {
        guard new != model else { return }
        model = new
        tenure.reset()
        restart()
    }

    /// Begins again with the rows: what was made or judged with another model and is not yet written is released, and
    /// the tables are looked through again.
    mutating func restart() {
        restartBackfill()
        survey.next = now
        survey.nextStatistics = now
        leases = leases.mapValues { lease in
            var lease = lease
            lease.outcomes = lease.outcomes.map(Self.withoutModel)
            return lease
        }
        failedWrites = Deque(failedWrites.map(withoutModel))
    }

    mutating func restartBackfill() {
        backfill.cursor = nil
        backfill.pageModel = nil
        backfill.isComplete = false
        backfill.findsRows = false
        backfill.next = now
    }

    func withoutModel(_ write: OutcomeWrite) -> OutcomeWrite {
        var write = write
        write.completions = write.completions.map(Self.withoutModel)
        return write
    }

    private static func withoutModel(_ completion: JobCompletion) -> JobCompletion {
        switch completion.outcome {
        case .embedded, .unchanged: JobCompletion(job: completion.job, outcome: .released(after: .zero))
        default: completion
        }
    }

    /// All jobs of a claim that have no written outcome.
    func jobsInHand(of token: ClaimToken) -> [EmbeddingJob] {
        var jobs = ready.filter { $0.token == token }.map(\.job)
        for batch in batches.values { jobs += batch.jobs.filter { $0.token == token }.map(\.job) }
        jobs += leases[token]?.outcomes.map(\.job) ?? []
        for write in failedWrites + writes.values where write.token == token { jobs += write.completions.map(\.job) }
        return jobs
    }
}
