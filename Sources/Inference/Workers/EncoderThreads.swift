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
        let isAccepted = core.state.withLock { $0.lanes.append(request, to: lane) }
        guard isAccepted else { throw InferenceError(.overloaded, "too many texts are waiting for the built-in model") }
        for _ in 0..<min(count, request.inputs.count) { core.wakeUps.signal() }
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
        }

        let count: Int
        let state = Mutex(State())
        let wakeUps = DispatchSemaphore(value: 0)

        init(count: Int) { self.count = count }

        func stop() {
            state.withLock { $0.isStopped = true }
            for _ in 0..<count { wakeUps.signal() }
        }

        func work(as thread: Int) {
            while !state.withLock(\.isStopped) {
                while let turn = nextTurn() {
                    let start = ContinuousClock.now
                    turn.encoder.encode(turn.batch, thread: thread, cores: turn.isAlone ? count : 1)
                    let spent = ContinuousClock.now - start
                    state.withLock { $0.lanes.finish(turn, after: spent) }
                }
                wakeUps.wait()
            }
        }

        private func nextTurn() -> EncodingLanes<BatchEncoder>.Turn? {
            state.withLock { $0.isStopped ? nil : $0.lanes.next(workers: count) }
        }
    }
}
