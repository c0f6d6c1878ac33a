import COneDNN
import Dispatch
import Synchronization

/// Threads that compute what waits for several models. Each model has a queue of its own, and of the time the same share
/// as any other that has work; a batch with nothing beside it may use all cores. They end with this object.
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
            state.lanes.append(request, to: lane) ? (true, state.takeIdle()) : (false, nil)
        }
        guard isAccepted else { throw InferenceError(.overloaded, "too many texts are waiting for the built-in model") }
        core.wake(thread)
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
            /// By the threads' numbers.
            var isIdle: [Bool]

            /// A thread that waits, and has to be woken from now on; nil when all are at work. The first is taken where
            /// it can be, because it alone may use all cores.
            mutating func takeIdle() -> Int? {
                guard let thread = isIdle.firstIndex(of: true) else { return nil }
                isIdle[thread] = false
                return thread
            }
        }

        private enum Step {
            case encode(EncodingLanes<BatchEncoder>.Turn)
            case wait, end
        }

        let count: Int
        let state: Mutex<State>
        private let wakeUps: [DispatchSemaphore]

        init(count: Int) {
            self.count = count
            state = Mutex(State(isIdle: Array(repeating: false, count: count)))
            wakeUps = (0..<count).map { _ in DispatchSemaphore(value: 0) }
        }

        func stop() {
            state.withLock { $0.isStopped = true }
            for wakeUp in wakeUps { wakeUp.signal() }
        }

        func wake(_ thread: Int?) { if let thread { wakeUps[thread].signal() } }

        func work(as thread: Int) {
            while true {
                switch step(of: thread) {
                case .encode(let turn): encode(turn, as: thread)
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
                    state.isIdle[thread] = true
                    return (.wait, nil)
                }
                return (.encode(turn), state.lanes.isEmpty ? nil : state.takeIdle())
            }
            wake(other)
            return step
        }

        /// All cores are for the first thread alone, so that OpenMP has one team, of no more threads than cores.
        private func encode(_ turn: EncodingLanes<BatchEncoder>.Turn, as thread: Int) {
            let start = ContinuousClock.now
            turn.encoder.encode(turn.batch, thread: thread, cores: turn.isAlone && thread == 0 ? count : 1)
            let spent = ContinuousClock.now - start
            state.withLock { $0.lanes.finish(turn, after: spent) }
        }
    }
}
