import EmbeddingCore
import Synchronization

/// Lets many callers share one run of a slow operation, each waiting only as long as it likes to. The run itself goes
/// on when its callers leave.
final class SingleFlight<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, EmbeddingError>
    typealias Operation = @Sendable () async -> Outcome

    private struct State {
        var isRunning = false
        var lastWaiter = 0
        var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
    }

    private let time: any TimeSource
    private let state = Mutex(State())

    init(time: any TimeSource) { self.time = time }

    /// Begins a run unless one is under way, and does not wait.
    func start(_ operation: @escaping Operation) {
        let begins = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard begins else { return }
        Task { self.end(await operation()) }
    }

    /// The outcome of the run under way, or of a new one.
    /// - Throws: the operation's error; `.unavailable` when `patience` is over, `.cancelled` when the caller's task is.
    func value(patience: Duration, _ operation: @escaping Operation) async throws(EmbeddingError) -> Value {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let deadline = time.now + patience
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                state.withLock { $0.waiters[id] = waiter }
                start(operation)
                if Task.isCancelled { leave(id, Self.cancelled) }
                Task { [weak self, time] in
                    try? await time.sleep(until: deadline)
                    self?.leave(id, EmbeddingError(.unavailable, "the provider has not named its model in time"))
                }
            }
        } onCancel: {
            leave(id, Self.cancelled)
        }
        return try outcome.get()
    }

    private static var cancelled: EmbeddingError { EmbeddingError(.cancelled, "the caller has disconnected") }

    private func leave(_ id: Int, _ error: EmbeddingError) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: .failure(error))
    }

    private func end(_ outcome: Outcome) {
        let waiters = state.withLock { state in
            state.isRunning = false
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: outcome) }
    }
}
