import Testing

@testable import Providers

struct CircuitBreakerTests {
    let start = ContinuousClock.Instant.now

    private func breaker(failures: Int) -> CircuitBreaker {
        var breaker = CircuitBreaker(now: start)
        for _ in 0..<failures { breaker.failed(at: start) }
        return breaker
    }

    @Test func `a run of failures opens it`() {
        #expect(breaker(failures: 4).state(at: start) == .closed)
        #expect(breaker(failures: 5).state(at: start) == .open)
    }

    @Test func `the share of failures within the window opens it`() {
        var breaker = CircuitBreaker(now: start)
        for step in 0..<12 {
            let now = start + .seconds(step)
            if step.isMultiple(of: 2) { breaker.failed(at: now) } else { breaker.succeeded(at: now) }
        }
        #expect(breaker.state(at: start + .seconds(11)) == .open)
    }

    @Test func `failures outside the window are forgotten`() {
        var breaker = CircuitBreaker(now: start)
        for step in 0..<40 {
            let now = start + .seconds(step * 8)
            if step.isMultiple(of: 2) { breaker.failed(at: now) } else { breaker.succeeded(at: now) }
        }
        #expect(breaker.state(at: start + .seconds(320)) == .closed)
    }

    @Test func `one probe is let through when the pause is over and closes it`() {
        var breaker = breaker(failures: 5)
        #expect(breaker.blockedUntil(start) == start + .seconds(5))
        let later = start + .seconds(5)
        #expect(breaker.state(at: later) == .halfOpen)
        #expect(breaker.blockedUntil(later) == nil)
        breaker.started(at: later)
        #expect(breaker.blockedUntil(later) != nil)
        breaker.succeeded(at: later)
        #expect(breaker.state(at: later) == .closed)
    }

    @Test func `each failed probe doubles the pause up to its bound`() {
        var breaker = breaker(failures: 5)
        var pauses: [Duration] = []
        var now = start
        for _ in 0..<7 {
            guard let until = breaker.blockedUntil(now) else { break }
            pauses.append(until - now)
            now = until
            breaker.started(at: now)
            breaker.failed(at: now)
        }
        #expect(pauses == [5, 10, 20, 40, 80, 120, 120].map { .seconds($0) })
    }

    @Test func `a probe that says nothing leaves room for another`() {
        var breaker = breaker(failures: 5)
        let later = start + .seconds(5)
        breaker.started(at: later)
        breaker.abstained()
        #expect(breaker.blockedUntil(later) == nil)
    }
}

struct EndpointBalanceTests {
    let start = ContinuousClock.Instant.now

    @Test func `the endpoint with the least work gets the call`() {
        var balance = EndpointBalance(count: 3, breaker: CircuitBreaker.Settings(), now: start)
        let first = (0..<3).map { _ in balance.choose(at: start) }
        #expect(Set(first) == [.endpoint(0), .endpoint(1), .endpoint(2)])
        balance.finished(1, .good, at: start)
        #expect(balance.choose(at: start) == .endpoint(1))
    }

    @Test func `a dead endpoint is left out and probed later`() {
        var balance = EndpointBalance(count: 2, breaker: CircuitBreaker.Settings(), now: start)
        for _ in 0..<5 { balance.unreachable(0, at: start) }
        for _ in 0..<4 { #expect(balance.choose(at: start) == .endpoint(1)) }
        let later = start + .seconds(6)
        #expect(balance.choose(at: later) == .endpoint(0))
        #expect(balance.choose(at: later) == .endpoint(1))
        balance.finished(0, .bad, at: later)
        #expect(balance.choose(at: later + .seconds(6)) == .endpoint(1))
    }

    @Test func `an endpoint with another build of the model gets nothing`() {
        var balance = EndpointBalance(count: 2, breaker: CircuitBreaker.Settings(), now: start)
        balance.setEligible(false, 0)
        for _ in 0..<3 { #expect(balance.choose(at: start) == .endpoint(1)) }
        balance.setEligible(false, 1)
        #expect(balance.choose(at: start) == .noneEligible)
    }

    @Test func `when all circuits are open the first to end its pause is told`() {
        var balance = EndpointBalance(count: 2, breaker: CircuitBreaker.Settings(), now: start)
        for _ in 0..<5 { balance.unreachable(0, at: start) }
        for _ in 0..<5 { balance.unreachable(1, at: start + .seconds(1)) }
        #expect(balance.choose(at: start + .seconds(2)) == .blocked(until: start + .seconds(5)))
        #expect(balance.blockedUntil(start + .seconds(2)) == start + .seconds(5))
    }
}
