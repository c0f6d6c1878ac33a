/// Texts that wait for a worker. Batches take from the requests in the order they came; a request too large for one
/// batch goes to the end of the line with the rest, so that a small one never waits for all of it.
struct EncodingQueue {
    /// A run of texts of one request.
    struct Slice {
        let request: EncodingRequest
        let inputs: Range<Int>
    }

    /// Texts that may wait.
    let capacity: Int
    /// Tokens of one batch that fill a worker's matrices.
    let batchTokens: Int
    /// Below this a batch is not split further, though a worker should be idle.
    let smallestBatch: Int
    private let maxTokens: Int

    private var slices: [Slice] = []
    private var waitingInputs = 0
    private var waitingTokens = 0

    init(capacity: Int, batchTokens: Int, smallestBatch: Int, maxTokens: Int) {
        self.capacity = capacity
        self.batchTokens = batchTokens
        self.smallestBatch = smallestBatch
        self.maxTokens = maxTokens
    }

    var isEmpty: Bool { slices.isEmpty }

    /// What waits.
    var requests: [EncodingRequest] { slices.map(\.request) }

    /// - Returns: false when the queue is full. A request that is alone may be larger than the queue.
    mutating func append(_ request: EncodingRequest) -> Bool {
        guard slices.isEmpty || waitingInputs + request.inputs.count <= capacity else { return false }
        slices.append(Slice(request: request, inputs: request.inputs.indices))
        waitingInputs += request.inputs.count
        waitingTokens += request.inputs.reduce(0) { $0 + estimatedTokens($1) }
        return true
    }

    mutating func remove(_ request: EncodingRequest) {
        for slice in slices where slice.request === request { forget(slice) }
        slices.removeAll { $0.request === request }
    }

    /// The next batch for one of `workers` workers: a worker's fair share of what waits, within the limits of a batch.
    mutating func takeBatch(workers: Int) -> [Slice] {
        let share = (waitingTokens + workers - 1) / workers
        let budget = min(max(share, smallestBatch), batchTokens)
        var batch: [Slice] = []
        var tokens = 0
        var used = 0
        while used < slices.count, tokens < budget {
            let slice = slices[used]
            var end = slice.inputs.lowerBound
            while end < slice.inputs.upperBound, tokens < budget {
                tokens += estimatedTokens(slice.request.inputs[end])
                end += 1
            }
            let taken = Slice(request: slice.request, inputs: slice.inputs.lowerBound..<end)
            batch.append(taken)
            forget(taken)
            used += 1
            if end < slice.inputs.upperBound {
                slices.append(Slice(request: slice.request, inputs: end..<slice.inputs.upperBound))
            }
        }
        slices.removeFirst(used)
        return batch
    }

    private mutating func forget(_ slice: Slice) {
        waitingInputs -= slice.inputs.count
        waitingTokens -= slice.request.inputs[slice.inputs].reduce(0) { $0 + estimatedTokens($1) }
    }

    /// A guess that costs nothing; the worker copes with any number.
    private func estimatedTokens(_ input: EncoderInput) -> Int { min(input.size / 4 + 3, maxTokens) }
}
