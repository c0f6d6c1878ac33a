import EmbeddingCore
import Telemetry

extension BatchQueue {
    /// Starts every call that is due and ends every request whose time is up. To be called after each event and at
    /// `wake`.
    mutating func advance(now: Instant) -> [Effect] {
        var effects: [Effect] = []
        expire(now: now, &effects)
        batchLimit.expire(at: now)
        compact()
        wake = deadlines.soonest { requests[$0] != nil }
        if stop != nil {
            probe(now: now, &effects)
            return effects
        }
        while calls.count < settings.parallelCalls, let call = nextCall(now: now) { effects.append(.start(call)) }
        return effects
    }

    private mutating func compact() {
        deadlines.compact(alive: requests.count) { requests[$0] != nil }
        for lane in lanes.indices { lanes[lane].compact(alive: requests.count) { requests[$0] != nil } }
    }

    /// Ends the requests whose time is up, and while the provider is busy those too whose texts would come back late if
    /// they were sent now: better that others get the provider's time.
    private mutating func expire(now: Instant, _ effects: inout [Effect]) {
        let horizon = calls.isEmpty ? now : now + throughput.wait(calls: 1, parallelCalls: 1)
        for id in deadlines.due(at: horizon) {
            guard let request = requests[id], request.deadline <= now || request.started == nil else { continue }
            finish(id, missing: request.lastError ?? lateness(of: request), now: now, &effects)
        }
    }

    /// Why a request that met no failure got no answer: the provider had it, or its turn never came.
    private func lateness(of request: Request) -> EmbeddingError {
        guard request.started == nil else {
            return EmbeddingError(.timeout, "the provider did not answer before the request's deadline")
        }
        let wait = throughput.wait(calls: calls.count, parallelCalls: settings.parallelCalls)
        return EmbeddingError(
            .overloaded,
            "the request's deadline passed while other texts were ahead in the queue",
            retryAfter: max(.seconds(1), wait)
        )
    }

    private mutating func nextCall(now: Instant) -> Call? {
        for priority in [Priority.interactive, .backlog] {
            guard priority == .interactive || hasSlotForBacklog(now) else { return nil }
            if let place = dueGroup(priority, now: now) {
                guard mayStart(tokens: tokens(of: groups[place]), now: now) else { return nil }
                return startGroup(place, now: now)
            }
            guard waiting[priority.rawValue].count > 0 else { continue }
            guard isReady(priority, now: now) else { continue }
            guard mayStart(tokens: expectedTokens(priority), now: now) else { return nil }
            if let call = startBatch(priority, now: now) { return call }
        }
        return nil
    }

    /// While interactive requests come in, one call is kept free for them.
    private func hasSlotForBacklog(_ now: Instant) -> Bool {
        guard settings.parallelCalls > 1, let last = lastInteractive, now - last < Self.interactiveMemory else {
            return true
        }
        return calls.values.count { $0.priority == .backlog } < settings.parallelCalls - 1
    }

    /// How long an interactive request is taken as a sign that more will come.
    private static let interactiveMemory = Duration.seconds(5)

    private func tokens(of group: Group) -> Int { group.texts.reduce(0) { $0 + (texts[$1]?.text.tokens ?? 0) } }

    /// Whether texts need not wait for company any more.
    private mutating func isReady(_ priority: Priority, now: Instant) -> Bool {
        let texts = waiting[priority.rawValue]
        if calls.isEmpty || texts.count >= batchSize { return true }
        if let limit = settings.tokensPerCall, texts.tokens >= limit { return true }
        guard let since = texts.since else { return false }
        if now >= since + settings.window { return true }
        wakeAt(since + settings.window)
        return false
    }

    /// Whether the pace allows a call of that size now.
    private mutating func mayStart(tokens: Int, now: Instant) -> Bool {
        let earliest = pacer.earliest(tokens: tokens, at: now)
        if earliest > now { wakeAt(earliest) }
        return earliest <= now
    }

    mutating func wakeAt(_ instant: Instant) { wake = wake.map { min($0, instant) } ?? instant }

    /// What the next batch of that priority will cost, near enough for the pace.
    private func expectedTokens(_ priority: Priority) -> Int {
        let texts = waiting[priority.rawValue]
        let share = texts.count <= batchSize ? texts.tokens : texts.tokens * batchSize / texts.count
        return min(share, settings.tokensPerCall ?? .max)
    }

    /// The place of a group whose delay is over; groups nobody waits for any more are dropped on the way.
    private mutating func dueGroup(_ priority: Priority, now: Instant) -> Int? {
        var place = 0
        var earliest: Instant?
        while place < groups.count {
            let count = groups[place].texts.count
            groups[place].texts.removeAll { texts[$0] == nil }
            // Whoever left took the proof along.
            if let division = groups[place].division, groups[place].texts.count < count { divisions[division] = nil }
            if groups[place].texts.isEmpty {
                groups.remove(at: place)
                continue
            }
            if groups[place].priority == priority {
                if groups[place].notBefore <= now { return place }
                earliest = earliest.map { min($0, groups[place].notBefore) } ?? groups[place].notBefore
            }
            place += 1
        }
        if let earliest { wakeAt(earliest) }
        return nil
    }

    private mutating func startGroup(_ place: Int, now: Instant) -> Call {
        var group = groups.remove(at: place)
        if let most = batchLimit.cut(of: group.texts.count) {
            var rest = group
            rest.texts.removeFirst(most)
            if let division = group.division { divisions[division] = nil }
            rest.division = nil
            group.texts.removeLast(group.texts.count - most)
            group.division = nil
            groups.append(rest)
        }
        return start(
            group.texts,
            priority: group.priority,
            attempts: group.attempts,
            isPart: group.isPart,
            division: group.division,
            now: now
        )
    }

    /// Texts in the next call at most.
    var batchSize: Int { batchLimit.size(upTo: settings.batchSize) }

    /// Fills a batch with the texts of one request after the other. Texts of another shape than the first stay where they
    /// are, because one call has one.
    private mutating func startBatch(_ priority: Priority, now: Instant) -> Call? {
        let lane = priority.rawValue
        var batch = Batch()
        var passed: [(request: RequestID, end: Double)] = []
        while batch.texts.count < batchSize, let (id, end) = lanes[lane].removeFirst() {
            guard let request = requests[id] else { continue }
            if let shape = batch.shape, shape != request.shape {
                passed.append((id, end))
                continue
            }
            batch.shape = request.shape
            guard fill(&batch, from: id) else { continue }
            passed.append((id, end))
            if batch.isFull { break }
        }
        for (id, end) in passed { lanes[lane].restore(id, end: end) }
        lanes[lane].served(batch.texts.count)
        guard !batch.texts.isEmpty else { return nil }
        return start(batch.texts, priority: priority, attempts: 0, now: now)
    }

    private struct Batch {
        var texts: [TextID] = []
        var tokens = 0
        /// nil before the first request.
        var shape: Shape?
        /// Whether the next text would be over the tokens of a call.
        var isFull = false
    }

    /// Takes what fits of the request's waiting texts.
    /// - Returns: whether some are left.
    private mutating func fill(_ batch: inout Batch, from id: RequestID) -> Bool {
        guard let request = requests[id] else { return false }
        var cursor = request.cursor
        defer { requests[id]?.cursor = cursor }
        while cursor < request.texts.count {
            let textID = request.texts[cursor]
            if let pending = texts[textID], pending.place == .waiting {
                guard batch.texts.count < batchSize else { return true }
                let tokens = pending.text.tokens
                if let limit = settings.tokensPerCall, !batch.texts.isEmpty, batch.tokens + tokens > limit {
                    batch.isFull = true
                    return true
                }
                markTaken(textID)
                batch.texts.append(textID)
                batch.tokens += tokens
            }
            cursor += 1
        }
        return false
    }

    private mutating func markTaken(_ id: TextID) {
        guard let pending = texts[id] else { return }
        waiting[pending.priority.rawValue].remove(pending.text.tokens)
        texts[id]?.place = .grouped
    }

    private mutating func start(
        _ ids: [TextID],
        priority: Priority,
        attempts: Int,
        isPart: Bool = false,
        division: DivisionID? = nil,
        now: Instant
    ) -> Call {
        var call = Call(id: makeID(), keys: [], inputs: [], tokens: [])
        if isPart { call.patience = throughput.patience }
        for id in ids {
            guard let pending = texts[id] else { continue }
            texts[id]?.place = .calling
            call.keys.append(pending.text.key)
            call.inputs.append(pending.text.input)
            call.tokens.append(pending.text.tokens)
            call.shape = pending.shape
            call.note(pending.text.span)
            for waiter in pending.waiters where requests[waiter.request]?.started == nil {
                requests[waiter.request]?.started = now
            }
        }
        let total = call.tokens.reduce(0, +)
        pacer.start(tokens: total, at: now)
        calls[call.id] = RunningCall(
            texts: ids,
            priority: priority,
            attempts: attempts,
            tokens: total,
            started: now,
            isPart: isPart,
            division: division
        )
        return call
    }

    /// One small call that finds out whether the operator has corrected what stopped the provider.
    private mutating func probe(now: Instant, _ effects: inout [Effect]) {
        guard let current = stop, !current.isProbing else { return }
        guard now >= current.probeAt else { return wakeAt(current.probeAt) }
        stop?.isProbing = true
        let id = makeID()
        calls[id] = RunningCall(texts: [], priority: .backlog, attempts: 0, tokens: 1, started: now, isProbe: true)
        effects.append(.start(Call(id: id, keys: [], inputs: ProviderCall.control.inputs, tokens: [1])))
    }
}

extension BatchQueue.Call {
    /// Texts of one caller stand together, so that a look at the last is enough.
    fileprivate mutating func note(_ span: Span?) {
        guard let span, spans.last !== span, spans.count < BatchQueue.spanLimit else { return }
        spans.append(span)
    }
}
