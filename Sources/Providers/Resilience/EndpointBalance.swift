/// Which of several equal endpoints gets the next call: the one with the least work under way among those whose
/// circuit lets a call through.
struct EndpointBalance: Sendable {
    typealias Instant = ContinuousClock.Instant

    struct Endpoint: Sendable {
        var breaker: CircuitBreaker
        var outstanding = 0
        /// False while the endpoint holds another build of the model than the one in use.
        var isEligible = true
        /// When a call last ended well.
        fileprivate(set) var lastSuccess: Instant?
        fileprivate var lastUse = 0
    }

    enum Choice: Sendable, Hashable {
        case endpoint(Int)
        case blocked(until: Instant)
        /// None is left that holds the model in use.
        case noneEligible
    }

    /// What a call says about its endpoint.
    enum Health: Sendable, Hashable { case good, bad, unknown }

    private(set) var endpoints: [Endpoint]
    private var uses = 0

    init(count: Int, breaker: CircuitBreaker.Settings, now: Instant) {
        endpoints = (0..<count).map { _ in Endpoint(breaker: CircuitBreaker(settings: breaker, now: now)) }
    }

    /// Picks and books an endpoint; `finished` must follow.
    mutating func choose(avoiding tried: Set<Int> = [], at now: Instant) -> Choice {
        let candidates = endpoints.indices.filter { endpoints[$0].isEligible && !tried.contains($0) }
        let open = candidates.filter { endpoints[$0].breaker.blockedUntil(now) == nil }
        guard let best = open.min(by: { rank($0, now) < rank($1, now) }) else {
            let until = candidates.compactMap { endpoints[$0].breaker.blockedUntil(now) }.min()
            return until.map { .blocked(until: $0) } ?? .noneEligible
        }
        uses += 1
        endpoints[best].lastUse = uses
        endpoints[best].outstanding += 1
        endpoints[best].breaker.started(at: now)
        return .endpoint(best)
    }

    mutating func finished(_ index: Int, _ health: Health, at now: Instant) {
        endpoints[index].outstanding -= 1
        switch health {
        case .good:
            endpoints[index].lastSuccess = now
            endpoints[index].breaker.succeeded(at: now)
        case .bad: endpoints[index].breaker.failed(at: now)
        case .unknown: endpoints[index].breaker.abstained()
        }
    }

    /// Something else than a booked call has failed. (Its success would prove nothing: a server may list its models and
    /// still be unable to run one.)
    mutating func unreachable(_ index: Int, at now: Instant) {
        if endpoints[index].breaker.state(at: now) == .halfOpen { endpoints[index].breaker.started(at: now) }
        endpoints[index].breaker.failed(at: now)
    }

    mutating func setEligible(_ isEligible: Bool, _ index: Int) { endpoints[index].isEligible = isEligible }

    /// When the first circuit lets a call through again; nil when one does now.
    func blockedUntil(_ now: Instant) -> Instant? {
        let waits = endpoints.filter(\.isEligible).map { $0.breaker.blockedUntil(now) }
        return waits.contains(nil) ? nil : waits.compactMap { $0 }.min()
    }

    private func rank(_ index: Int, _ now: Instant) -> (Int, Int, Int) {
        let endpoint = endpoints[index]
        return (endpoint.outstanding, endpoint.breaker.recentFailures(at: now), endpoint.lastUse)
    }
}
