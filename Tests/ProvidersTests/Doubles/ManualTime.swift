import Synchronization

@testable import Providers

/// A clock that a test moves.
final class ManualTime: TimeSource {
    private struct State {
        var now = ContinuousClock.Instant.now
        var sleepers: [(until: ContinuousClock.Instant, wake: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var now: ContinuousClock.Instant { state.withLock { $0.now } }

    /// The soonest instant somebody sleeps for.
    var nextWake: ContinuousClock.Instant? { state.withLock { $0.sleepers.map(\.until).min() } }

    func sleep(until deadline: ContinuousClock.Instant) async throws {
        await withCheckedContinuation { wake in
            let isOver = state.withLock { state in
                guard deadline > state.now else { return true }
                state.sleepers.append((deadline, wake))
                return false
            }
            if isOver { wake.resume() }
        }
    }

    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now += duration
            let now = state.now
            let woken = state.sleepers.filter { $0.until <= now }
            state.sleepers.removeAll { $0.until <= now }
            return woken
        }
        for sleeper in woken { sleeper.wake.resume() }
    }

    deinit {
        for sleeper in state.withLock({ $0.sleepers }) { sleeper.wake.resume() }
    }
}
