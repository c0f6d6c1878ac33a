import EmbeddingCore
import Logging
import Synchronization
import Telemetry

/// Several endpoints of one provider as one: least outstanding work first, a circuit breaker for each, and only those
/// that hold the same build of the model. One endpoint is the common case.
final class ProviderPool: Sendable {
    struct Member: Sendable {
        let provider: any EmbeddingProvider
        /// Host and port, for logs and metrics.
        let label: String
        /// Whether asking for the identity is a call to the endpoint, and so shows whether it is alive.
        var identityIsProbe = false
        /// What is known of its model; nil for what its name says.
        var card: ModelCard?
    }

    private struct State {
        var balance: EndpointBalance
        var model: EmbeddingModel?
        var checked: ContinuousClock.Instant?
        /// Why the identity is not known.
        var fault: EmbeddingError?
        /// When a short text of ours was last refused, by each endpoint's number.
        var controlFailures: [Int: ContinuousClock.Instant] = [:]
    }

    /// How old an identity may be before it is asked for again.
    static let identityLifetime = Duration.seconds(10)
    /// How long a failed look-up stands for an answer, so that many callers make one call.
    static let faultLifetime = Duration.seconds(1)
    /// How long a caller waits for the first identity, which may mean a download.
    static let identityPatience = Duration.seconds(60)
    /// How long an endpoint may take for a short text of ours to count as alive.
    static let controlPatience = Duration.seconds(5)

    private let members: [Member]
    private let time: any TimeSource
    private let logger: Logger
    private let breakerGauges: [Gauge]
    private let identity: SingleFlight<EmbeddingModel>
    private let controls: [SingleFlight<Void>]
    private let state: Mutex<State>

    init(
        _ members: [Member],
        breaker: CircuitBreaker.Settings = CircuitBreaker.Settings(),
        time: any TimeSource,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.members = members
        self.time = time
        self.logger = logger
        identity = SingleFlight(time: time)
        controls = members.map { _ in SingleFlight(time: time) }
        let gauges = metrics.gauges(
            "circuit_breaker_state",
            "State of the circuit breaker of a provider's endpoint: 0 closed, 1 half open, 2 open.",
            labels: ["provider", "endpoint"]
        )
        breakerGauges = members.map { gauges.labeled($0.provider.name.rawValue, $0.label) }
        state = Mutex(State(balance: EndpointBalance(count: members.count, breaker: breaker, now: time.now)))
    }

    var name: ProviderName { members[0].provider.name }

    var limits: EmbeddingLimits { members[0].provider.limits }

    /// That of the first endpoint.
    var provider: any EmbeddingProvider { members[0].provider }

    /// The identity in use if it is known, without waiting.
    var knownModel: EmbeddingModel? { state.withLock { $0.model } }

    /// When the first circuit lets a call through again; nil when one does now.
    var blockedUntil: ContinuousClock.Instant? {
        let now = time.now
        return state.withLock { $0.balance.blockedUntil(now) }
    }

    /// The identity in use. Once known it is answered from memory and looked up again behind the caller's back.
    func model() async throws(EmbeddingError) -> EmbeddingModel {
        let now = time.now
        let (model, checked, fault) = state.withLock { ($0.model, $0.checked ?? now - .seconds(3600), $0.fault) }
        if let model {
            if now - checked > Self.identityLifetime { identity.start { await self.lookUpIdentity() } }
            return model
        }
        if let fault, now - checked < Self.faultLifetime { throw fault }
        return try await identity.value(patience: Self.identityPatience) { await self.lookUpIdentity() }
    }

    /// What a call is refused with while every circuit is open; nil when one lets it through.
    func circuitFault() -> EmbeddingError? {
        let now = time.now
        guard let until = state.withLock({ $0.balance.blockedUntil(now) }) else { return nil }
        return circuitFault(until - now)
    }

    private func circuitFault(_ wait: Duration) -> EmbeddingError {
        EmbeddingError(
            .circuitOpen,
            "the provider \(name.rawValue) fails too often; its circuit breaker is open",
            retryAfter: wait
        )
    }

    /// Sends one call to the best endpoint, and to the next when that one cannot be reached.
    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch {
        var tried: Set<Int> = []
        var unreachable: EmbeddingError?
        while true {
            let now = time.now
            switch state.withLock({ $0.balance.choose(avoiding: tried, at: now) }) {
            case .endpoint(let index):
                tried.insert(index)
                do {
                    let batch = try await embed(call, with: members[index])
                    finished(index, .good)
                    return batch
                } catch {
                    let error = await judged(error, call, at: index, since: now)
                    guard error.code == .unavailable, tried.count < members.count else { throw error }
                    unreachable = error
                }
            case .blocked(let until):
                throw unreachable ?? circuitFault(until - now)
            case .noneEligible:
                throw unreachable
                    ?? EmbeddingError(.unavailable, "no \(name.rawValue) endpoint has the model in use")
            }
        }
    }

    /// Finds out whose fault a failure is, and counts it. Any call that fails may be its texts' fault: when the endpoint
    /// embeds others meanwhile, or a short text of ours, it is, and says nothing against the endpoint.
    private func judged(
        _ error: EmbeddingError,
        _ call: ProviderCall,
        at index: Int,
        since began: ContinuousClock.Instant
    ) async -> EmbeddingError {
        let health = Self.health(after: error.code)
        // A firewall before the provider may refuse a text as if it were the key, the model or the path.
        let isRefusal =
            [.unauthorized, .unknownModel, .wrongAddress].contains(error.code)
            && call.inputs != ProviderCall.control.inputs
        let isTextsFault =
            if isRefusal {
                await embedsControl(index, since: began)
            } else if health == .bad {
                await isAlive(index, since: began)
            } else { false }
        guard isTextsFault else {
            finished(index, health)
            return error
        }
        finished(index, .good)
        guard isRefusal || (error.code == .unavailable && call.inputs.count == 1) else { return error }
        return EmbeddingError(.textFailed, error.message)
    }

    /// Whether another call has succeeded since `began`, or a short text of ours is embedded now.
    private func isAlive(_ index: Int, since began: ContinuousClock.Instant) async -> Bool {
        if let success = state.withLock({ $0.balance.endpoints[index].lastSuccess }), success >= began { return true }
        return await embedsControl(index, since: began)
    }

    /// Whether a short text of ours is embedded. One that was not since `began` will do, so that calls in flight do not
    /// each ask for one.
    private func embedsControl(_ index: Int, since began: ContinuousClock.Instant) async -> Bool {
        if let failure = state.withLock({ $0.controlFailures[index] }), failure >= began { return false }
        let provider = members[index].provider
        do throws(EmbeddingError) {
            try await controls[index].value(patience: Self.controlPatience) {
                do throws(EmbeddingError) {
                    return .success(_ = try await provider.embed(.control))
                } catch {
                    return .failure(error)
                }
            }
            return true
        } catch {
            let isAlive = Self.health(after: error.code) == .good || error.code == .rateLimited
            if !isAlive { state.withLock { $0.controlFailures[index] = time.now } }
            return isAlive
        }
    }

    private func embed(
        _ call: ProviderCall,
        with member: Member
    ) async throws(EmbeddingError) -> EmbeddingBatch {
        guard let batch = Span.current else { return try await member.provider.embed(call) }
        let span = batch.child("embeddings", kind: .client)
        span.set("gen_ai.operation.name", "embeddings")
        span.set("gen_ai.provider.name", name.rawValue)
        span.set("server.address", member.label)
        return try await span.run(failure: \.code.rawValue) { () async throws(EmbeddingError) in
            try await member.provider.embed(call)
        }
    }

    /// Asks all endpoints who they are. The identity in use stays while any of them has it.
    private func lookUpIdentity() async -> Result<EmbeddingModel, EmbeddingError> {
        let answers = await identities()
        let models = answers.map { try? $0.get() }
        let now = time.now
        let (before, after) = state.withLock { state in
            let before = state.model
            state.checked = now
            if let chosen = models.first(where: { $0 != nil && $0 == before }) ?? models.first(where: { $0 != nil }) {
                state.model = chosen
                for (index, model) in models.enumerated() where model != nil {
                    state.balance.setEligible(model == chosen, index)
                }
            }
            state.fault = state.model == nil ? Self.firstFault(answers) : nil
            return (before, state.model)
        }
        for (index, answer) in answers.enumerated() where members[index].identityIsProbe {
            guard case .failure(let error) = answer, Self.health(after: error.code) == .bad else { continue }
            change(index) { $0.unreachable(index, at: $1) }
        }
        report(before: before, after: after, models: models)
        return after.map { .success($0) } ?? .failure(Self.firstFault(answers))
    }

    private func identities() async -> [Result<EmbeddingModel, EmbeddingError>] {
        await withTaskGroup(of: (Int, Result<EmbeddingModel, EmbeddingError>).self) { group in
            for (index, member) in members.enumerated() {
                group.addTask {
                    do throws(EmbeddingError) {
                        return (index, .success(try await member.provider.model()))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var answers: [(Int, Result<EmbeddingModel, EmbeddingError>)] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// A fault that may pass tells more about the whole than a permanent one of one endpoint.
    private static func firstFault(_ answers: [Result<EmbeddingModel, EmbeddingError>]) -> EmbeddingError {
        let faults = answers.compactMap { answer -> EmbeddingError? in
            if case .failure(let error) = answer { return error }
            return nil
        }
        return faults.first { !$0.isPermanent } ?? faults.first
            ?? EmbeddingError(.internal, "no endpoint is configured")
    }

    private func report(before: EmbeddingModel?, after: EmbeddingModel?, models: [EmbeddingModel?]) {
        guard let after else { return }
        if before != after {
            logger.notice("embedding model in use", metadata: ["model": "\(after.fingerprint)"])
        }
        for (member, model) in zip(members, models) {
            guard let model, model != after else { continue }
            logger.warning(
                "an endpoint has another build of the model and is not used",
                metadata: ["endpoint": "\(member.label)", "model": "\(model.fingerprint)"]
            )
        }
    }

    private func finished(_ index: Int, _ health: EndpointBalance.Health) {
        change(index) { $0.finished(index, health, at: $1) }
    }

    /// Applies what was learned of an endpoint, and tells when its circuit opens or closes.
    private func change(_ index: Int, _ change: (inout EndpointBalance, ContinuousClock.Instant) -> Void) {
        let now = time.now
        let (before, after) = state.withLock { state in
            let before = state.balance.endpoints[index].breaker.state(at: now)
            change(&state.balance, now)
            return (before, state.balance.endpoints[index].breaker.state(at: now))
        }
        breakerGauges[index].set(Double(after.rawValue))
        guard before != after else { return }
        let metadata: Logger.Metadata = ["provider": "\(name.rawValue)", "endpoint": "\(members[index].label)"]
        if after == .open {
            logger.warning("circuit opened: the endpoint fails too often", metadata: metadata)
        } else if after == .closed {
            logger.notice("circuit closed: the endpoint answers again", metadata: metadata)
        }
    }

    private static func health(after code: EmbeddingError.Code) -> EndpointBalance.Health {
        switch code {
        case .unavailable, .timeout, .textFailed, .badResponse: .bad
        case .invalidInput, .unsupportedDimensions: .good
        default: .unknown
        }
    }
}
