import EmbeddingCore

extension BatchQueue {
    /// Refuses at once what cannot be done, so that the caller may go elsewhere or come back.
    func admit(
        _ submitted: [Text],
        priority: Priority,
        deadline: Instant?,
        now: Instant
    ) throws(EmbeddingError) {
        if let stop { throw stop.error }
        if let deadline, deadline <= now { throw EmbeddingError(.timeout, "the request's deadline has passed") }
        let wait = expectedWait(for: submitted, priority: priority, now: now)
        let room = priority == .interactive ? settings.capacity : settings.capacity / 2
        let size = submitted.reduce(0) { $0 + $1.input.byteCount }
        let isEmpty = texts.isEmpty
        guard isEmpty || (texts.count + submitted.count <= room && bytes + size <= settings.byteCapacity) else {
            throw EmbeddingError(.overloaded, "the queue of texts is full", retryAfter: max(.seconds(1), wait))
        }
        guard let deadline else { return }
        if let hopeless = pacer.refusal(by: deadline, at: now) { throw hopeless }
        guard now + wait > deadline else { return }
        let turn = turnWait(for: submitted, priority: priority, now: now)
        guard now + turn <= deadline else {
            throw EmbeddingError(
                .overloaded,
                "the texts ahead in the queue take longer than the request's deadline allows",
                retryAfter: max(.seconds(1), turn - (deadline - now))
            )
        }
    }

    /// How long texts that come now will take when everything there is goes first.
    private func expectedWait(for submitted: [Text], priority: Priority, now: Instant) -> Duration {
        let before = waiting.indices.filter { $0 >= priority.rawValue }
        return wait(
            texts: submitted.count + before.reduce(0) { $0 + waiting[$1].count },
            tokens: submitted.reduce(0) { $0 + $1.tokens } + before.reduce(0) { $0 + waiting[$1].tokens },
            now: now
        )
    }

    /// The same with only those requests before it that really are.
    private func turnWait(for submitted: [Text], priority: Priority, now: Instant) -> Duration {
        let end = lanes[priority.rawValue].end(ofTexts: submitted.count)
        let before = requests.values.reduce(0) { sum, request in
            let isBefore =
                request.priority > priority || (request.priority == priority && request.virtualEnd <= end)
            return isBefore ? sum + request.texts.count - request.cursor : sum
        }
        let known = waiting.reduce(into: (texts: 0, tokens: 0)) { sum, texts in
            sum.texts += texts.count
            sum.tokens += texts.tokens
        }
        let tokensBefore = known.texts == 0 ? 0 : known.tokens * min(before, known.texts) / known.texts
        return wait(
            texts: submitted.count + before,
            tokens: submitted.reduce(0) { $0 + $1.tokens } + tokensBefore,
            now: now
        )
    }

    /// Limited by the provider's speed or by the pace, whichever takes longer.
    private func wait(texts: Int, tokens: Int, now: Instant) -> Duration {
        let calls = (texts + batchSize - 1) / batchSize
        // Whoever finds nobody there may try, however slow the last call was: only calls show that it is better now.
        let speed =
            self.texts.isEmpty && self.calls.isEmpty
            ? .zero : throughput.wait(calls: calls + self.calls.count, parallelCalls: settings.parallelCalls)
        let pace = pacer.wait(calls: calls, tokens: tokens, at: now)
        // Calls do not all take the same time: better to refuse a few too many than to answer everybody late.
        return max(speed * 1.1, pace)
    }
}
