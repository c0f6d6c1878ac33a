import COneDNN
import Dispatch
import Synchronization

/// Threads that encode what waits in one queue, until `stop`.
final class EncoderWorkers: Sendable {
    private struct State {
        var queue: EncodingQueue
        var isStopped = false
    }

    private let count: Int
    private let maxTokens: Int
    private let tokenizer: Tokenizer
    private let head: any RowHead
    private let kernels: Kernels
    private let state: Mutex<State>
    private let wakeUps = DispatchSemaphore(value: 0)

    /// - Parameter count: how often `add` will be called.
    init(
        count: Int,
        tokenizer: Tokenizer,
        head: any RowHead,
        kernels: Kernels,
        maxTokens: Int,
        queue: EncodingQueue
    ) {
        self.count = count
        self.tokenizer = tokenizer
        self.head = head
        self.kernels = kernels
        self.maxTokens = maxTokens
        state = Mutex(State(queue: queue))
    }

    /// Starts a thread that works with `encoder`.
    /// - Throws: `.backend` when the system gives no thread.
    func add(_ encoder: sending any RowEncoder) throws(InferenceError) {
        let isStarted = WorkerThread.start { self.work(with: encoder) }
        guard isStarted else { throw InferenceError(.backend, "cannot start a thread") }
    }

    /// - Throws: `.overloaded` when too many texts wait.
    func submit(_ request: EncodingRequest) throws(InferenceError) {
        let isAccepted = state.withLock { $0.queue.append(request) }
        guard isAccepted else { throw InferenceError(.overloaded, "too many texts wait for the built-in model") }
        for _ in 0..<min(count, request.inputs.count) { wakeUps.signal() }
    }

    /// Drops the texts not yet begun; those of a batch in flight are computed in vain.
    func cancel(_ request: EncodingRequest) {
        state.withLock { $0.queue.remove(request) }
        request.fail(InferenceError(.cancelled, "the call was cancelled"))
    }

    func stop() {
        state.withLock { $0.isStopped = true }
        for _ in 0..<count { wakeUps.signal() }
    }

    private func work(with encoder: any RowEncoder) {
        omp_set_num_threads(1)
        while !state.withLock(\.isStopped) {
            while let slices = nextBatch() { encode(slices, with: encoder) }
            wakeUps.wait()
        }
    }

    private func nextBatch() -> [EncodingQueue.Slice]? {
        state.withLock { $0.isStopped || $0.queue.isEmpty ? nil : $0.queue.takeBatch(workers: count) }
    }

    private func encode(_ slices: [EncodingQueue.Slice], with encoder: any RowEncoder) {
        var batch = PackedBatch()
        var tokens: [Int32] = []
        for slice in slices {
            for index in slice.inputs where !slice.request.isFinished {
                tokens.removeAll(keepingCapacity: true)
                let first = append(slice.request.inputs[index], to: &tokens)
                let owner = PackedBatch.Owner(request: slice.request, index: index)
                if batch.append(tokens, first: first, of: owner, capacity: encoder.capacity) { continue }
                run(batch, with: encoder)
                batch = PackedBatch()
                _ = batch.append(tokens, first: first, of: owner, capacity: encoder.capacity)
            }
        }
        run(batch, with: encoder)
    }

    /// - Returns: how many tokens belong to the first text.
    private func append(_ input: EncoderInput, to tokens: inout [Int32]) -> Int {
        if let other = input.other { return tokenizer.append(input.text, other, limit: maxTokens, to: &tokens) }
        tokenizer.append(input.text, limit: maxTokens, to: &tokens)
        return tokens.count
    }

    private func run(_ batch: PackedBatch, with encoder: any RowEncoder) {
        guard !batch.isEmpty else { return }
        do {
            let rows = try encoder.encode(batch.tokens, lengths: batch.lengths, firsts: batch.firsts)
            batch.deliver(head.vectors(of: rows, lengths: batch.lengths, by: kernels))
        } catch {
            batch.fail(error)
        }
    }
}
