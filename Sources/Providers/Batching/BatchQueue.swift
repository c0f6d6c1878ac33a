import EmbeddingCore

/// The texts that wait for the provider, and when which of them go out together. A value: it takes events with the time
/// of day and says what to do; `EmbeddingGateway` does it.
///
/// Texts asked for by several callers are sent once. A large request does not hold up a small one (`FairLane`), and
/// interactive requests go before the backlog. A lone text goes at once when no call is under way;
/// otherwise texts gather until the batch is full, the window is over, or the last call has ended. Failed calls come
/// back as groups that are sent again whole, or in halves when one of their texts may be the cause.
struct BatchQueue: Sendable {
    typealias Priority = EmbeddingRequest.Priority
    typealias TextID = Int
    typealias DivisionID = Int

    struct Request: Sendable {
        var priority: Priority
        var shape: Shape
        var deadline: Instant
        var texts: [TextID]
        /// Its place among the requests of its priority: see `FairLane`.
        var virtualEnd: Double
        /// The place in `texts` from where on some may still wait.
        var cursor = 0
        var outcomes: [TextOutcome?]
        var remaining: Int
        var submitted: Instant
        var started: Instant?
        /// The last failure met on its behalf, which says more than a bare timeout.
        var lastError: EmbeddingError?
    }

    struct PendingText: Sendable {
        enum Place: Sendable { case waiting, grouped, calling }

        var text: Text
        var priority: Priority
        var shape: Shape
        var place = Place.waiting
        var waiters: [(request: RequestID, index: Int)]
    }

    /// Texts that go out together once more.
    struct Group: Sendable {
        var texts: [TextID]
        var priority: Priority
        /// Calls made for it that count.
        var attempts: Int
        var notBefore: Instant
        /// Whether it is part of a call that failed, made to find the text that is to blame.
        var isPart: Bool
        /// The call it is half of.
        var division: DivisionID?
    }

    struct RunningCall: Sendable {
        var texts: [TextID]
        var priority: Priority
        var attempts: Int
        var tokens: Int
        var started: Instant
        var isProbe = false
        var isPart = false
        var division: DivisionID?
    }

    /// A fault that only the operator can mend.
    struct Stop: Sendable {
        var error: EmbeddingError
        var probeAt: Instant
        var isProbing = false
    }

    let settings: Settings
    var pacer: Pacer
    var requests: [RequestID: Request] = [:]
    var texts: [TextID: PendingText] = [:]
    var textsByKey: [CacheKey: TextID] = [:]
    var lanes = [FairLane(), FairLane()]
    var waiting: [WaitingTexts] = [WaitingTexts(), WaitingTexts()]
    var groups: [Group] = []
    var calls: [CallID: RunningCall] = [:]
    var deadlines = DeadlineList()
    var stop: Stop?
    var throughput = Throughput()
    /// How many texts the provider takes, as far as it was learned.
    var batchLimit = BatchLimit()
    var divisions: [DivisionID: Division] = [:]
    var bytes = 0
    var lastInteractive: Instant?
    /// When something may be due although no event comes; nil when nothing is.
    var wake: Instant?
    private var nextID = 0

    init(settings: Settings, now: Instant) {
        self.settings = settings
        pacer = Pacer(settings: settings.pacing, now: now)
    }

    mutating func makeID() -> Int {
        nextID += 1
        return nextID
    }

    /// Takes in the texts of one caller.
    /// - Parameter deadline: when the caller gives up; nil for the queue's own patience.
    /// - Throws: what keeps the request from being tried: `.overloaded`, `.rateLimited`, or the fault that has stopped
    ///   the provider.
    mutating func submit(
        _ submitted: [Text],
        id: RequestID,
        priority: Priority,
        shape: Shape,
        deadline: Instant?,
        now: Instant
    ) throws(EmbeddingError) {
        try admit(submitted, priority: priority, deadline: deadline, now: now)
        if priority == .interactive { lastInteractive = now }
        let until = deadline ?? now + settings.patience
        var request = Request(
            priority: priority,
            shape: shape,
            deadline: until,
            texts: [],
            virtualEnd: lanes[priority.rawValue].add(id, texts: submitted.count),
            outcomes: Array(repeating: nil, count: submitted.count),
            remaining: submitted.count,
            submitted: now
        )
        for (index, text) in submitted.enumerated() {
            request.texts.append(join(text, request: id, index: index, priority, shape, now))
        }
        requests[id] = request
        deadlines.insert(until, id)
    }

    /// The caller has gone: what nobody else waits for and has not been sent is dropped.
    mutating func cancel(_ id: RequestID) {
        guard let request = requests.removeValue(forKey: id) else { return }
        for textID in request.texts {
            guard var pending = texts[textID] else { continue }
            pending.waiters.removeAll { $0.request == id }
            texts[textID] = pending
            if pending.waiters.isEmpty, pending.place != .calling { forget(textID) }
        }
    }

    /// Attaches to the text if somebody waits for it already; otherwise takes it in.
    private mutating func join(
        _ text: Text,
        request: RequestID,
        index: Int,
        _ priority: Priority,
        _ shape: Shape,
        _ now: Instant
    ) -> TextID {
        if let known = textsByKey[text.key], var pending = texts[known] {
            pending.waiters.append((request, index))
            if pending.place == .waiting, pending.priority < priority {
                waiting[pending.priority.rawValue].remove(pending.text.tokens)
                waiting[priority.rawValue].add(pending.text.tokens, at: now)
                pending.priority = priority
            }
            texts[known] = pending
            return known
        }
        let id = makeID()
        texts[id] = PendingText(
            text: text,
            priority: priority,
            shape: shape,
            waiters: [(request, index)]
        )
        textsByKey[text.key] = id
        bytes += text.input.byteCount
        waiting[priority.rawValue].add(text.tokens, at: now)
        return id
    }

    /// Removes a text that is settled or that nobody waits for.
    mutating func forget(_ id: TextID) {
        guard let pending = texts.removeValue(forKey: id) else { return }
        textsByKey[pending.text.key] = nil
        bytes -= pending.text.input.byteCount
        if pending.place == .waiting { waiting[pending.priority.rawValue].remove(pending.text.tokens) }
    }

    /// Gives an outcome to all who wait for the text.
    mutating func settle(_ id: TextID, _ outcome: TextOutcome, now: Instant, _ effects: inout [Effect]) {
        guard let pending = texts[id] else { return }
        forget(id)
        for waiter in pending.waiters {
            guard requests[waiter.request]?.outcomes[waiter.index] == nil else { continue }
            requests[waiter.request]?.outcomes[waiter.index] = outcome
            requests[waiter.request]?.remaining -= 1
            if requests[waiter.request]?.remaining == 0 { finish(waiter.request, now: now, &effects) }
        }
    }

    /// Answers a request; what is still missing fails with `error`.
    mutating func finish(
        _ id: RequestID,
        missing error: EmbeddingError? = nil,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        guard let request = requests[id] else { return }
        cancel(id)
        let fallback = error ?? EmbeddingError(.internal, "the text got no answer")
        let started = request.started ?? now
        effects.append(
            .finish(
                id,
                Finished(
                    outcomes: request.outcomes.map { $0 ?? .failure(fallback) },
                    queueTime: started - request.submitted,
                    providerTime: now - started
                )
            )
        )
    }
}

extension EmbeddingInput {
    var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .tokens(let tokens): tokens.count * MemoryLayout<Int>.size
        }
    }
}
