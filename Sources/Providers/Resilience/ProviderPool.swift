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
    }

    private struct State {
        var balance: EndpointBalance
        var model: EmbeddingModel?
        var checked: ContinuousClock.Instant?
        var isChecking = false
    }

    /// How old an identity may be before it is asked for again.
    static let identityLifetime = Duration.seconds(60)

    private let members: [Member]
    private let time: any TimeSource
    private let logger: Logger
    private let breakerGauges: [Gauge]
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
        let (known, isDue) = state.withLock { state -> (EmbeddingModel?, Bool) in
            guard let model = state.model else { return (nil, true) }
            let isOld = state.checked.map { now - $0 > Self.identityLifetime } ?? true
            let isDue = isOld && !state.isChecking
            if isDue { state.isChecking = true }
            return (model, isDue)
        }
        guard let known else { return try await refreshIdentity() }
        if isDue { Task { _ = try? await self.refreshIdentity() } }
        return known
    }

    /// Sends one call to the best endpoint, and to the next when that one cannot be reached.
    func embed(_ inputs: [EmbeddingInput], dimensions: Int?) async throws(EmbeddingError) -> EmbeddingBatch {
        var tried: Set<Int> = []
        var unreachable: EmbeddingError?
        while true {
            let now = time.now
            switch state.withLock({ $0.balance.choose(avoiding: tried, at: now) }) {
            case .endpoint(let index):
                tried.insert(index)
                do {
                    let batch = try await members[index].provider.embed(inputs, dimensions: dimensions)
                    finished(index, .good)
                    return batch
                } catch {
                    finished(index, Self.health(after: error.code))
                    guard error.code == .unavailable, tried.count < members.count else { throw error }
                    unreachable = error
                }
            case .blocked(let until):
                throw unreachable
                    ?? EmbeddingError(
                        .circuitOpen,
                        "the provider \(name.rawValue) fails too often and is left alone for a while",
                        retryAfter: until - now
                    )
            case .noneEligible:
                throw unreachable
                    ?? EmbeddingError(.unavailable, "no \(name.rawValue) endpoint holds the model in use")
            }
        }
    }

    /// Asks all endpoints who they are. The identity in use stays while any of them has it.
    private func refreshIdentity() async throws(EmbeddingError) -> EmbeddingModel {
        let answers = await withTaskGroup(of: (Int, Result<EmbeddingModel, EmbeddingError>).self) { group in
            for (index, member) in members.enumerated() {
                group.addTask {
                    do throws(EmbeddingError) {
                        return (index, .success(try await member.provider.model()))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var answers = [Result<EmbeddingModel, EmbeddingError>?](repeating: nil, count: members.count)
            for await (index, answer) in group { answers[index] = answer }
            return answers.compactMap { $0 }
        }
        let now = time.now
        let models = answers.map { try? $0.get() }
        let (before, after) = state.withLock { state -> (EmbeddingModel?, EmbeddingModel?) in
            let before = state.model
            state.isChecking = false
            if let chosen = models.first(where: { $0 != nil && $0 == before }) ?? models.first(where: { $0 != nil }) {
                state.model = chosen
                state.checked = now
                for (index, model) in models.enumerated() where model != nil {
                    state.balance.setEligible(model == chosen, index)
                }
            }
            return (before, state.model)
        }
        report(before: before, after: after, models: models)
        if let after { return after }
        for answer in answers {
            if case .failure(let error) = answer { throw error }
        }
        throw EmbeddingError(.internal, "no endpoint is configured")
    }

    private func report(before: EmbeddingModel?, after: EmbeddingModel?, models: [EmbeddingModel?]) {
        guard let after else { return }
        if before != after {
            logger.notice("embedding model in use", metadata: ["model": "\(after.fingerprint)"])
        }
        for (member, model) in zip(members, models) {
            guard let model, model != after else { continue }
            logger.warning(
                "an endpoint holds another build of the model and is left out",
                metadata: ["endpoint": "\(member.label)", "model": "\(model.fingerprint)"]
            )
        }
    }

    private func finished(_ index: Int, _ health: EndpointBalance.Health) {
        let now = time.now
        let (before, after) = state.withLock { state in
            let before = state.balance.endpoints[index].breaker.state(at: now)
            state.balance.finished(index, health, at: now)
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
        case .unavailable, .timeout, .badResponse: .bad
        case .invalidInput, .unsupportedDimensions: .good
        default: .unknown
        }
    }
}
