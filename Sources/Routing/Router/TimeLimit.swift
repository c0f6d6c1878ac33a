import Synchronization

/// Work that is waited for no longer than a limit. What does not heed its cancellation continues unseen.
final class TimeLimit<Value: Sendable>: Sendable {
    private enum State {
        case unasked
        case awaited(CheckedContinuation<Value, any Error>)
        case ended(Result<Value, any Error>)
    }

    private let state = Mutex(State.unasked)

    /// - Throws: what `work` throws; `expiry` when it takes longer; `CancellationError` when the caller is cancelled.
    static func run(
        _ limit: Duration,
        or expiry: some Error,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let race = TimeLimit()
        let worker = Task {
            do { race.end(.success(try await work())) } catch { race.end(.failure(error)) }
        }
        let timer = Task {
            try await Task.sleep(for: limit)
            race.end(.failure(expiry))
        }
        defer {
            worker.cancel()
            timer.cancel()
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { race.await($0) }
        } onCancel: {
            race.end(.failure(CancellationError()))
        }
    }

    private func await(_ continuation: CheckedContinuation<Value, any Error>) {
        let outcome = state.withLock { state -> Result<Value, any Error>? in
            if case .ended(let outcome) = state { return outcome }
            state = .awaited(continuation)
            return nil
        }
        if let outcome { continuation.resume(with: outcome) }
    }

    /// Only the first end counts.
    private func end(_ outcome: Result<Value, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            defer { if case .ended = state {} else { state = .ended(outcome) } }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: outcome)
    }
}
