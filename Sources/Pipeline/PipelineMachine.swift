import DequeModule
import EmbeddingCore

/// Decides what the pipeline does next: events in, actions out. Time and randomness are given, and nothing here does
/// I/O. A job goes from `ready` (claimed) to `batches` (with the provider), to its lease's `outcomes`, to `writes`.
struct PipelineMachine {
    typealias Instant = ContinuousClock.Instant

    /// Whether the machine ends when the backlog is empty.
    enum Mode: Sendable { case endless, once }

    let configuration: PipelineConfiguration
    let limits: EmbeddingLimits
    let mode: Mode
    var random: any RandomNumberGenerator & Sendable
    var now: Instant

    var ready = Deque<ClaimedJob>()
    var batches: [Int: TextBatch] = [:]
    var leases: [ClaimToken: Lease] = [:]
    var writes: [Int: OutcomeWrite] = [:]
    /// Writes that failed and are to be repeated as they are.
    var failedWrites = Deque<OutcomeWrite>()

    var model: EmbeddingModel?
    var tenure: ModelTenure
    /// As last read; nil before.
    var epoch: String?
    var isResolving = false
    var nextModelCheck: Instant
    var provider: FailureBackoff
    var store: FailureBackoff
    /// Calls of the database under way.
    var storeCalls = 0
    var claim: Claim?
    var nextClaim: Instant
    /// Whether the last claim got as many jobs as it might, so that more are likely to be due.
    var isBacklogLong = true
    var nextBatch: Instant
    var tidying: Tidying
    var backfill: Backfill
    var survey: Survey
    var pause: PipelinePause?
    var replicas = Replicas()
    var isPaused: Bool { pause != nil }
    var stop: Instant?
    var isFinished = false
    var lastID = 0

    var counts = PipelineCounts()
    var rate: RateMeter
    /// What the database, the provider last failed with; nil when they work.
    var storeFault: StoreError?
    var providerFault: EmbeddingError?
    /// Dead letters since the shell last looked.
    var newDeadLetters: [(label: String, error: String)] = []

    init(
        configuration: PipelineConfiguration,
        limits: EmbeddingLimits,
        mode: Mode = .endless,
        random: any RandomNumberGenerator & Sendable,
        now: Instant
    ) {
        self.configuration = configuration
        self.limits = limits
        self.mode = mode
        self.random = random
        self.now = now
        provider = FailureBackoff(shortest: configuration.retryDelay, longest: configuration.longestProviderPause)
        store = FailureBackoff(shortest: .milliseconds(100), longest: configuration.longestStorePause)
        tenure = ModelTenure(patience: configuration.longestStorePause * 2)
        nextModelCheck = now
        nextClaim = now
        nextBatch = now
        tidying = Tidying(next: now)
        backfill = Backfill(next: now)
        survey = Survey(next: now)
        rate = RateMeter(start: now)
    }

    /// Takes in what happened and says what to do about it.
    mutating func handle(_ event: PipelineEvent, at now: Instant) -> [PipelineAction] {
        self.now = now
        absorb(event)
        var actions: [PipelineAction] = []
        while !isFinished, let action = nextAction() { actions.append(action) }
        return actions
    }

    /// What is most urgent among the things that can be done now; nil when there is nothing.
    private mutating func nextAction() -> PipelineAction? {
        forgetExpired()
        if stop != nil || isPaused || !tenure.isHeld { handBackUnsent() }
        if hasEnded {
            isFinished = true
            return nil
        }
        if let action = nextRenewal() ?? nextWrite() { return action }
        guard stop == nil else { return nil }
        return resolveModel() ?? nextSurvey() ?? nextEmbed() ?? nextClaimAction() ?? nextBackfill() ?? tidy()
    }

    /// Whether all is done: nothing in flight after `stop` or its grace, or an empty backlog in mode `once`.
    private var hasEnded: Bool {
        if let stop { return leases.isEmpty && claim == nil || now >= stop + configuration.grace }
        return mode == .once && isIdle && backfill.isComplete && survey.showsEmptyQueue
    }

    var isIdle: Bool { leases.isEmpty && claim == nil }

    /// Whether so many outcomes wait to be written that no more jobs are claimed.
    private var isWriteBacklogFull: Bool {
        leases.values.reduce(0) { $0 + $1.inHand - $1.undecided } >= 6 * configuration.writeSize
    }

    /// Takes one of the calls the database may have under way: any number, but one while it is failing.
    private mutating func useStore() -> Bool {
        guard !store.isPaused(at: now), !(store.isProbing && storeCalls > 0) else { return false }
        storeCalls += 1
        return true
    }

    private mutating func nextRenewal() -> PipelineAction? {
        let due = leases.first { token, lease in
            lease.renewingSince == nil && now >= lease.expires - configuration.lease / 2 && now < lease.expires
        }
        guard let token = due?.key, useStore() else { return nil }
        leases[token]?.renewingSince = now
        return .renew(jobsInHand(of: token), token: token)
    }

    private mutating func nextWrite() -> PipelineAction? {
        guard writes.count < configuration.parallelWrites, let model else { return nil }
        guard let ripe = failedWrites.first?.token ?? ripeLease(), useStore() else { return nil }
        let write: OutcomeWrite
        if let failed = failedWrites.popFirst() {
            write = failed
        } else {
            write = OutcomeWrite(completions: takeOutcomes(of: ripe), token: ripe, model: model)
        }
        lastID += 1
        writes[lastID] = write
        return .write(id: lastID, write)
    }

    private mutating func resolveModel() -> PipelineAction? {
        guard !isResolving, model == nil ? !provider.isPaused(at: now) : now >= nextModelCheck else { return nil }
        isResolving = true
        nextModelCheck = now + configuration.modelCheckInterval
        return .resolveModel
    }

    private mutating func nextSurvey() -> PipelineAction? {
        guard !survey.isUnderWay, now >= survey.next, useStore() else { return nil }
        let isDue = !isIdle || mode == .once || now >= survey.nextStatistics
        survey.isUnderWay = true
        survey.startedIdle = isIdle && backfill.isComplete
        survey.foundJobs = false
        survey.model = model
        return .survey(model: model, withStatistics: isDue, takesOver: tenure.takesOver(at: now))
    }

    private mutating func nextEmbed() -> PipelineAction? {
        let parallel = provider.isProbing ? 1 : configuration.parallelBatches
        guard let model, !ready.isEmpty, batches.count < parallel, now >= nextBatch else { return nil }
        guard !provider.isPaused(at: now), !store.isProbing, unwrittenTexts + batchLimit <= unwrittenLimit else {
            return nil
        }
        let jobs = takeBatch()
        lastID += 1
        batches[lastID] = TextBatch(jobs: jobs, model: model)
        nextBatch = now + configuration.batchDelay
        return .embed(batch: lastID, texts: jobs.map(\.job.document.text))
    }

    /// Claims ahead, so that neither the provider nor the database waits for the other.
    private mutating func nextClaimAction() -> PipelineAction? {
        guard tenure.isHeld, survey.isKnown, claim == nil, !isPaused, now >= nextClaim else { return nil }
        let limit = claimLimit
        guard ready.count < limit, !provider.isPaused(at: now), !isWriteBacklogFull, useStore() else { return nil }
        let token = ClaimToken(makeID())
        claim = Claim(token: token, limit: limit, started: now)
        return .claim(limit: limit, token: token)
    }

    private mutating func nextBackfill() -> PipelineAction? {
        guard let model, tenure.isHeld, !backfill.isUnderWay, now >= backfill.next else { return nil }
        // Rows that have a job already are no matter while there are jobs.
        guard isPaused || !isBacklogLong || backfill.findsRows, useStore() else { return nil }
        backfill.isUnderWay = true
        backfill.pageModel = model
        if backfill.cursor == nil { backfill.found = 0 }
        return .backfill(
            after: backfill.cursor,
            limit: configuration.backfillPage,
            model: model,
            isLater: backfill.isComplete,
            found: backfill.found
        )
    }

    private mutating func tidy() -> PipelineAction? {
        guard survey.isKnown, !tidying.isUnderWay, now >= tidying.next, useStore() else { return nil }
        tidying.isUnderWay = true
        return .tidy
    }

    /// When something may have to be done although nothing happens until then.
    var nextWakeUp: Instant? {
        var times = [
            survey.next, backfill.next, tidying.next, nextModelCheck, provider.pausedUntil, store.pausedUntil,
            stop.map { $0 + configuration.grace },
        ]
        if !isPaused { times.append(nextClaim) }
        if !ready.isEmpty { times.append(nextBatch) }
        for lease in leases.values {
            times += [lease.expires, lease.expires - configuration.lease / 2]
            times.append(lease.waitingSince.map { $0 + configuration.writeDelay })
        }
        times.append(stop.map { $0 + configuration.grace * 4 / 5 })
        return times.compactMap { $0 }.filter { $0 > now }.min()
    }
}

extension PipelineMachine {
    /// A claim under way.
    struct Claim {
        let token: ClaimToken
        let limit: Int
        let started: Instant
        /// Whether jobs became due after it was sent.
        var isOvertaken = false
    }

    /// The walk through the table for rows without job and vector.
    struct Backfill {
        var cursor: DocumentID?
        var next: Instant
        var isUnderWay = false
        /// The model of the page under way.
        var pageModel: EmbeddingModel?
        /// Whether it has reached the end of the table once for the present model.
        var isComplete = false
        /// Rows enqueued by this walk.
        var found = 0
        /// Whether the last page had rows to enqueue.
        var findsRows = false
    }

    /// The tidying of the outbox.
    struct Tidying {
        var next: Instant
        var isUnderWay = false
    }

    /// The reading of statistics and pause flag.
    struct Survey {
        var next: Instant
        var nextStatistics: Instant
        var isUnderWay = false
        /// The model it was asked for.
        var model: EmbeddingModel?
        /// Whether the pause flag has been read, and the rows counted.
        var isKnown = false
        /// Whether it began after the backfill and with nothing in flight.
        var startedIdle = false
        /// Whether jobs were claimed or enqueued since it began.
        var foundJobs = false
        /// Whether the backlog was empty all the while.
        var showsEmptyQueue = false
        var statistics = QueueStatistics()

        init(next: Instant) {
            self.next = next
            nextStatistics = next
        }
    }
}

/// What the pipeline did since its start.
struct PipelineCounts: Sendable, Hashable {
    var claimed = 0
    var written = 0
    var unchanged = 0
    var excluded = 0
    /// Failed attempts, dead letters included.
    var failed = 0
    var deadLetters = 0
    var fenced = 0
}
