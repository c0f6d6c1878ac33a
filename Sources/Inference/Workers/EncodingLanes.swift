/// The queues of several models, and whose turn it is: that of the model that has had the least time. Who has had nothing
/// to do saves up no time.
struct EncodingLanes<Encoder: Sendable> {
    /// What a model's work is called by.
    struct ID: Hashable, Sendable {
        fileprivate let number: Int
    }

    /// A batch for one thread.
    struct Turn {
        let lane: ID
        let encoder: Encoder
        let batch: [EncodingQueue.Slice]
        /// Whether there is nothing else to do.
        let isAlone: Bool
    }

    private struct Lane {
        let encoder: Encoder
        var queue: EncodingQueue
        var spent: Duration = .zero
        /// Batches under way.
        var running = 0

        var isBusy: Bool { running > 0 || !queue.isEmpty }
    }

    private var lanes: [ID: Lane] = [:]
    private var made = 0

    /// Whether nothing waits.
    var isEmpty: Bool { lanes.values.allSatisfy(\.queue.isEmpty) }

    mutating func add(_ encoder: Encoder, _ queue: EncodingQueue) -> ID {
        made += 1
        lanes[ID(number: made)] = Lane(encoder: encoder, queue: queue)
        return ID(number: made)
    }

    /// - Returns: what waits in it.
    mutating func remove(_ id: ID) -> [EncodingRequest] { lanes.removeValue(forKey: id)?.queue.requests ?? [] }

    /// - Returns: false when the queue is full or its model gone.
    mutating func append(_ request: EncodingRequest, to id: ID) -> Bool {
        guard var lane = lanes[id] else { return false }
        if !lane.isBusy, let least = lanes.values.filter(\.isBusy).map(\.spent).min() {
            lane.spent = max(lane.spent, least)
        }
        guard lane.queue.append(request) else { return false }
        lanes[id] = lane
        return true
    }

    mutating func forget(_ request: EncodingRequest, in id: ID) { lanes[id]?.queue.remove(request) }

    /// The next batch for one of `workers` threads; nil when nothing waits.
    mutating func next(workers: Int) -> Turn? {
        let waiting = lanes.filter { !$0.value.queue.isEmpty }
        guard let id = waiting.min(by: { ($0.value.spent, $0.key.number) < ($1.value.spent, $1.key.number) })?.key,
            var lane = lanes.removeValue(forKey: id)
        else { return nil }
        let batch = lane.queue.takeBatch(workers: workers)
        let isAlone = lane.running == 0 && lane.queue.isEmpty && !lanes.values.contains(where: \.isBusy)
        lane.running += 1
        lanes[id] = lane
        return Turn(lane: id, encoder: lane.encoder, batch: batch, isAlone: isAlone)
    }

    mutating func finish(_ turn: Turn, after time: Duration) {
        lanes[turn.lane]?.running -= 1
        lanes[turn.lane]?.spent += time
    }
}
