import EmbeddingCore
import Retry
@testable import Pipeline

/// Several machines on one queue in virtual time, everything that happens chosen by a seed.
final class Simulation {
    /// What goes wrong; rates in percent of the calls or steps concerned.
    struct Faults {
        var storeFailures = 0
        /// The database did what was asked, but its answer is lost.
        var lostAnswers = 0
        var conflicts = 0
        var providerFailures = 0
        var crashes = 0
        var modelChanges = 0
    }

    struct Replica {
        var machine: PipelineMachine
        let owner: Int
        /// Its provider's model; nil for that of all.
        var model: EmbeddingModel?
        var pending: [PipelineAction] = []
    }

    static let epoch = ContinuousClock.now

    var queue = QueueModel()
    var replicas: [Replica] = []
    var random: SeededRandom
    var faults: Faults
    var model = Samples.model
    var configuration: PipelineConfiguration
    /// How often each text was sent to the provider.
    private(set) var sent: [String: Int] = [:]
    private(set) var steps = 0
    private var owners = 0

    /// - Parameter lease: time goes on by up to 15 s at once, so that a short one runs out under a replica that lives.
    init(seed: UInt64, replicas count: Int, faults: Faults = Faults(), lease: Duration = .seconds(20)) {
        random = SeededRandom(seed: seed)
        self.faults = faults
        var configuration = PipelineConfiguration()
        configuration.batchSize = 4
        configuration.claimSize = 12
        configuration.writeSize = 5
        configuration.backfillPage = 7
        configuration.lease = lease
        configuration.reconcileInterval = .seconds(60)
        self.configuration = configuration
        for _ in 0..<count { start() }
    }

    private var instant: ContinuousClock.Instant { Self.epoch + queue.now }

    private func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    func start(mode: PipelineMachine.Mode = .endless, model: EmbeddingModel? = nil) {
        let machine = PipelineMachine(
            configuration: configuration,
            limits: Samples.limits,
            mode: mode,
            random: SeededRandom(seed: random.next()),
            now: instant
        )
        owners += 1
        replicas.append(Replica(machine: machine, owner: owners, model: model))
        feed(.tick, to: replicas.count - 1)
    }

    /// Kills a machine; calls under way may or may not have reached the database.
    func crash(_ index: Int) {
        for action in replicas[index].pending where chance(50) { _ = perform(action, of: replicas[index]) }
        replicas.remove(at: index)
    }

    func feed(_ event: PipelineEvent, to index: Int) {
        replicas[index].pending += replicas[index].machine.handle(event, at: instant)
        precondition(
            replicas[index].machine.unwrittenTexts <= replicas[index].machine.unwrittenLimit,
            "more texts were sent than may be paid for twice"
        )
    }

    /// Ends a machine that has nothing in hand as its shell does.
    func leave(_ index: Int) { queue.leave(replicas.remove(at: index).owner) }

    /// One thing happens: a call ends, time passes, a machine dies or starts.
    func step() {
        steps += 1
        guard !replicas.isEmpty else { return start() }
        let index = Int.random(in: 0..<replicas.count, using: &random)
        if chance(faults.modelChanges) {
            let name = model.name == "small" ? "large" : "small"
            model = EmbeddingModel(provider: "builtin", name: name, dimensions: 4)
        }
        if chance(faults.crashes) {
            crash(index)
            return start()
        }
        if !replicas[index].pending.isEmpty, chance(70) {
            let choice = Int.random(in: 0..<replicas[index].pending.count, using: &random)
            let action = replicas[index].pending.remove(at: choice)
            return feed(performWithFaults(action, of: replicas[index]), to: index)
        }
        queue.now += .random(upTo: .milliseconds(chance(5) ? 15_000 : 100), using: &random)
        feed(.tick, to: index)
    }

    /// Lets everything end without further faults.
    /// - Returns: whether the queue came to rest within a bounded number of steps.
    func settle(limit: Int = 20_000) -> Bool {
        faults = Faults()
        for _ in 0..<limit {
            steps += 1
            if isAtRest { return true }
            if let index = replicas.firstIndex(where: { !$0.pending.isEmpty }) {
                let action = replicas[index].pending.removeFirst()
                feed(perform(action, of: replicas[index]), to: index)
                continue
            }
            guard let next = replicas.compactMap(\.machine.nextWakeUp).min() else { return false }
            queue.now = next - Self.epoch
            for index in replicas.indices { feed(.tick, to: index) }
        }
        return false
    }

    private var isAtRest: Bool {
        let open = queue.jobs.values.contains { !$0.isDead && !$0.isExcluded }
        return !open
            && replicas.allSatisfy {
                $0.machine.isIdle && $0.machine.model == $0.model ?? model
                    && ($0.machine.backfill.isComplete || isOnStandby($0.machine))
            } && replicas.contains { $0.machine.tenure.isHeld && $0.machine.epoch == "\(queue.epoch)" }
    }

    /// Whether another model is in use, and the machine knows.
    private func isOnStandby(_ machine: PipelineMachine) -> Bool {
        machine.tenure.other != nil && queue.modelInUse != machine.model?.fingerprint
    }

    private func performWithFaults(_ action: PipelineAction, of replica: Replica) -> PipelineEvent {
        switch action {
        case .resolveModel: return perform(action, of: replica)
        case .embed(let batch, _):
            guard chance(faults.providerFailures) else { return perform(action, of: replica) }
            let error = EmbeddingError(.rateLimited, "slow down", retryAfter: chance(50) ? .seconds(3) : nil)
            return .embedded(batch: batch, .failure(error))
        default:
            if chance(faults.storeFailures) { return failed(action, StoreError(.unavailable, "gone")) }
            if chance(faults.conflicts) { return failed(action, StoreError(.conflict, "met another write")) }
            let event = perform(action, of: replica)
            return chance(faults.lostAnswers) ? failed(action, StoreError(.unavailable, "no answer")) : event
        }
    }

    private func failed(_ action: PipelineAction, _ error: StoreError) -> PipelineEvent {
        switch action {
        case .resolveModel, .embed: .tick
        case .claim: .claimed(.failure(error))
        case .write(let id, _): .written(id: id, .failure(error))
        case .renew(_, let token): .renewed(token, error)
        case .backfill: .backfillFailed(error)
        case .tidy: .tidied(error)
        case .survey: .surveyFailed(error)
        }
    }

    /// Does what is asked, as database and provider would.
    /// - Parameter replica: by default the first one.
    func perform(_ action: PipelineAction, of replica: Replica? = nil) -> PipelineEvent {
        let replica = replica ?? replicas[0]
        let model = replica.model ?? self.model
        switch action {
        case .resolveModel: return .resolved(.success(model))
        case .claim(let limit, let token):
            return .claimed(.success(queue.claim(limit: limit, lease: configuration.lease, token: token)))
        case .embed(let batch, let texts):
            for text in texts { sent[text, default: 0] += 1 }
            return .embedded(batch: batch, .success(Self.answer(to: texts, model: model)))
        case .write(let id, let write):
            if write.completions.contains(where: Self.isRefused) {
                return .written(id: id, .failure(StoreError(.rejected, "refused")))
            }
            let fenced = queue.complete(write.completions, token: write.token, model: write.model)
            return .written(id: id, .success(fenced))
        case .renew(let jobs, let token):
            queue.renew(jobs, lease: configuration.lease, token: token)
            return .renewed(token, nil)
        case .backfill(let cursor, let limit, let model, let isLater, let found):
            if cursor == nil, configuration.embedsPrivate { _ = queue.resumeExcluded() }
            let page = queue.backfill(after: cursor, limit: limit, model: model)
            if page.next == nil, isLater, found + page.enqueued > 0 { queue.epoch += 1 }
            return .backfilled(next: page.next, found: page.enqueued)
        case .tidy: return .tidied(nil)
        case .survey(let model, let withStatistics, let takesOver):
            let shared = queue.attend(
                replica.owner,
                model: model,
                lease: configuration.lease,
                takesOver: takesOver
            )
            return .surveyed(withStatistics ? queue.statistics(model: model) : nil, shared)
        }
    }

    private static func isRefused(_ completion: JobCompletion) -> Bool {
        guard case .embedded = completion.outcome else { return false }
        return completion.job.document.text.contains("refused")
    }

    /// A provider that cannot embed poison.
    static func answer(to texts: [String], model: EmbeddingModel) -> EmbeddingResult {
        let vectors = texts.map { text -> Result<Embedding, EmbeddingError> in
            guard !text.contains("poison"), let vector = Samples.vector(of: text, model: model) else {
                return .failure(EmbeddingError(.badResponse, "not a vector"))
            }
            return .success(vector)
        }
        return EmbeddingResult(embeddings: vectors, model: model, tokens: texts.count)
    }

    /// The rows whose vector is not that of their present text and of the model in use, dead letters left out.
    var staleRows: [String] {
        queue.rows.filter { id, row in
            return queue.jobs[id]?.isDead != true
                && (row.vector != Samples.vector(of: row.document.text, model: model)
                    || row.fingerprint != model.fingerprint)
        }
        .map(\.value.document.label)
    }

    var deadRows: Set<String> {
        Set(queue.jobs.filter(\.value.isDead).compactMap { Samples.words(of: queue.rows[$0.key]?.document) })
    }
}
