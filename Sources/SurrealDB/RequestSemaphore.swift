import Dispatch
import Synchronization
package import Telemetry

/// A counting semaphore: so many requests at a time; others wait in order, so many and so long.
package final class RequestSemaphore: Sendable {
    private struct State {
        var active = 0
        var lastTicket: UInt64 = 0
        /// Tickets of tasks that are about to wait, so that cancelling one of them is not missed.
        var arriving: Set<UInt64> = []
        /// In order of arrival, and so of deadlines.
        var waiters: [Waiter] = []
        var isSweeping = false
    }

    private struct Waiter {
        let ticket: UInt64
        let deadline: DispatchTime
        let continuation: CheckedContinuation<SurrealError?, Never>
    }

    private enum Arrival { case passes, waits, fails(SurrealError) }

    private let limit: Int
    private let waitingLimit: Int
    private let timeout: Duration
    private let activeGauge: Gauge?
    private let waitingGauge: Gauge?
    private let state = Mutex(State())

    package init(
        limit: Int,
        waitingLimit: Int,
        timeout: Duration,
        active: Gauge? = nil,
        waiting: Gauge? = nil
    ) {
        self.limit = max(1, limit)
        self.waitingLimit = waitingLimit
        self.timeout = timeout
        activeGauge = active
        waitingGauge = waiting
    }

    /// Returns when it is the caller's turn, which `release()` ends.
    package func acquire() async throws(SurrealError) {
        let ticket = withState { state -> UInt64? in
            if state.active < limit {
                state.active += 1
                return nil
            }
            state.lastTicket += 1
            state.arriving.insert(state.lastTicket)
            return state.lastTicket
        }
        guard let ticket else { return }
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { wait(ticket, $0) }
        } onCancel: {
            cancel(ticket)
        }
        if let error { throw error }
    }

    /// Ends the caller's turn; the longest waiting request takes it over.
    package func release() {
        let next = withState { state -> Waiter? in
            guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
            state.active -= 1
            return nil
        }
        next?.continuation.resume(returning: nil)
    }

    private func wait(_ ticket: UInt64, _ continuation: CheckedContinuation<SurrealError?, Never>) {
        let arrival = withState { state -> Arrival in
            guard state.arriving.remove(ticket) != nil else { return .fails(Self.cancelled) }
            if state.active < limit {
                state.active += 1
                return .passes
            }
            guard state.waiters.count < waitingLimit else {
                return .fails(SurrealError(.unavailable, "too many requests are waiting for the database"))
            }
            let deadline = DispatchTime.now() + timeout.seconds
            state.waiters.append(Waiter(ticket: ticket, deadline: deadline, continuation: continuation))
            return .waits
        }
        switch arrival {
        case .passes: continuation.resume(returning: nil)
        case .fails(let error): continuation.resume(returning: error)
        case .waits: sweepLater()
        }
    }

    private func cancel(_ ticket: UInt64) {
        let waiter = withState { state -> Waiter? in
            guard state.arriving.remove(ticket) == nil else { return nil }
            return state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: Self.cancelled)
    }

    /// Looks for overdue waiters a tenth of a second from now, and again as long as somebody waits.
    private func sweepLater() {
        let begins = state.withLock { state in
            guard !state.isSweeping, !state.waiters.isEmpty else { return false }
            state.isSweeping = true
            return true
        }
        guard begins else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.1) { [self] in
            sweep()
            sweepLater()
        }
    }

    private func sweep() {
        let now = DispatchTime.now()
        let overdue = withState { state in
            state.isSweeping = false
            let overdue = Array(state.waiters.prefix { $0.deadline <= now })
            state.waiters.removeFirst(overdue.count)
            return overdue
        }
        let error = SurrealError(.unavailable, "no connection to the database became free in time")
        for waiter in overdue { waiter.continuation.resume(returning: error) }
    }

    private static let cancelled = SurrealError(.cancelled, "cancelled while waiting for a connection")

    private func withState<T>(_ body: (inout State) -> T) -> T {
        state.withLock { state in
            defer {
                activeGauge?.set(Double(state.active))
                waitingGauge?.set(Double(state.waiters.count))
            }
            return body(&state)
        }
    }
}
