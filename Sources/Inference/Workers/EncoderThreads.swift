import COneDNN
import Dispatch
import Synchronization

/// Threads that compute what waits for several models. Each model has a queue of its own, and of the time the same share
/// as any other that has work; where there is but one batch, all help with it. They end with this object.
package final class EncoderThreads: Sendable {
    let count: Int
    private let core: Core

    /// - Parameter count: at least 1; as many as the processor has cores is best.
    /// - Throws: `.backend` when the system gives no thread.
    package init(count: Int) throws(InferenceError) {
        self.count = max(count, 1)
        core = Core(count: self.count)
        for thread in 0..<self.count {
            let isStarted = WorkerThread.start { [core] in core.work(as: thread) }
            guard isStarted else {
                core.stop()
                throw InferenceError(.backend, "cannot start a thread")
            }
        }
    }

    deinit { core.stop() }

    /// Takes in a model.
    /// - Returns: what its work is called by from then on.
    func add(_ encoder: BatchEncoder, _ queue: EncodingQueue) -> EncodingLanes<BatchEncoder>.ID {
        core.state.withLock { $0.lanes.add(encoder, queue) }
    }

    /// Lets a model go; what waits for it is given up.
    func remove(_ lane: EncodingLanes<BatchEncoder>.ID) {
        let waiting = core.state.withLock { $0.lanes.remove(lane) }
        for request in waiting { request.fail(InferenceError(.cancelled, "the model was unloaded")) }
    }

    /// - Throws: `.overloaded` when too many texts wait for this model.
    func submit(_ request: EncodingRequest, to lane: EncodingLanes<BatchEncoder>.ID) throws(InferenceError) {
        let (isAccepted, thread) = core.state.withLock { state -> (Bool, Int?) in
            guard state.lanes.append(request, to: lane) else { return (false, nil) }
            let thread = state.takeIdle()
            if thread == nil { state.endHelp() }
            return (true, thread)
        }
        guard isAccepted else { throw InferenceError(.overloaded, "too many texts are waiting for the built-in model") }
        if let thread { core.wake([thread]) }
    }

    /// Drops the texts not yet begun; those of a batch in flight are computed in vain.
    func cancel(_ request: EncodingRequest, in lane: EncodingLanes<BatchEncoder>.ID) {
        core.state.withLock { $0.lanes.forget(request, in: lane) }
        request.fail(InferenceError(.cancelled, "the call was cancelled"))
    }

    /// What the threads hold on to.
    private final class Core: Sendable {
        struct State {
            var lanes = EncodingLanes<BatchEncoder>()
            var isStopped = false
            /// The numbers of those that wait.
            var idle: [Int] = []
            /// The batch that all may help with.
            var team: ForkJoin?

            /// A thread that waits, and has to be woken from now on; nil when all are at work.
            mutating func takeIdle() -> Int? { idle.popLast() }

            /// Has all that wait help with a batch.
            mutating func gather(for team: ForkJoin) -> [Int] {
                defer { idle.removeAll(keepingCapacity: true) }
                self.team = team
                return idle
            }

            /// Sends those that help back, to take what waits.
            mutating func endHelp() {
                team?.end()
                team = nil
            }
        }

        private enum Step {
            case encode(EncodingLanes<BatchEncoder>.Turn, ForkJoin)
            case help(ForkJoin)
            case wait, end
        }

        let count: Int
        let state = Mutex(State())
        private let wakeUps: [DispatchSemaphore]

        init(count: Int) {
            self.count = count
            wakeUps = (0..<count).map { _ in DispatchSemaphore(value: 0) }
        }

        func stop() {
            state.withLock { $0.isStopped = true }
            for wakeUp in wakeUps { wakeUp.signal() }
        }

        func wake(_ threads: [Int]) {
            for thread in threads { wakeUps[thread].signal() }
        }

        func work(as thread: Int) {
            // oneDNN's own threads would be more than there are cores.
            omp_set_num_threads(1)
            while true {
                switch step(of: thread) {
                case .encode(let turn, let team): encode(turn, by: team)
                case .help(let team): team.help(as: thread)
                case .wait: wakeUps[thread].wait()
                case .end: return
                }
            }
        }

        /// What a thread does next; whoever takes a batch wakes another where more waits.
        private func step(of thread: Int) -> Step {
            let (step, other) = state.withLock { state -> (Step, Int?) in
                guard !state.isStopped else { return (.end, nil) }
                guard let turn = state.lanes.next(workers: count) else {
                    if let team = state.team, team.wantsHelp { return (.help(team), nil) }
                    state.idle.append(thread)
                    return (.wait, nil)
                }
                let team = ForkJoin(thread: thread, members: turn.isAlone ? count : 1) { [self] team in
                    wake(self.state.withLock { $0.gather(for: team) })
                }
                return (.encode(turn, team), state.lanes.isEmpty ? nil : state.takeIdle())
            }
            if let other { wake([other]) }
            return step
        }

        private func encode(_ turn: EncodingLanes<BatchEncoder>.Turn, by team: ForkJoin) {
            let start = ContinuousClock.now
            turn.encoder.encode(turn.batch, by: team)
            let spent = ContinuousClock.now - start
            state.withLock { state in
                if state.team === team { state.endHelp() }
                state.lanes.finish(turn, after: spent)
            }
        }
    }
}
