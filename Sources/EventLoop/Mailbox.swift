import Synchronization

/// The jobs that a loop has been sent and has not run.
///
/// Who sends looks whether the loop waits after saying that there are jobs, and the loop looks for jobs after saying that
/// it waits, so that one of them sees the other.
struct Mailbox: ~Copyable, Sendable {
    typealias Job = @Sendable () -> Void

    struct State {
        var jobs: [Job] = []
        var isOpen = true
    }

    enum Delivery {
        case taken
        /// The loop has to be woken.
        case wakesLoop
        /// The loop has ended.
        case closed
    }

    private let state = Mutex(State())
    private let isFull = Atomic<Bool>(false)
    private let isWaiting = Atomic<Bool>(false)

    func post(_ job: @escaping Job) -> Delivery {
        let (isOpen, isFirst) = state.withLock { state in
            if state.isOpen { state.jobs.append(job) }
            return (state.isOpen, state.jobs.count == 1)
        }
        guard isOpen else { return .closed }
        guard isFirst else { return .taken }
        isFull.store(true, ordering: .sequentiallyConsistent)
        return isWaiting.load(ordering: .sequentiallyConsistent) ? .wakesLoop : .taken
    }

    var hasJobs: Bool { isFull.load(ordering: .sequentiallyConsistent) }

    func beginWaiting() { isWaiting.store(true, ordering: .sequentiallyConsistent) }

    func endWaiting() { isWaiting.store(false, ordering: .relaxed) }

    /// - Returns: nil when there is none.
    func take() -> [Job]? {
        guard isFull.exchange(false, ordering: .acquiringAndReleasing) else { return nil }
        return state.withLock { state in
            var jobs: [Job] = []
            swap(&state.jobs, &jobs)
            return jobs
        }
    }

    /// Takes no more jobs.
    /// - Returns: those that are left.
    func close() -> [Job] {
        state.withLock { state in
            state.isOpen = false
            var jobs: [Job] = []
            swap(&state.jobs, &jobs)
            return jobs
        }
    }
}
