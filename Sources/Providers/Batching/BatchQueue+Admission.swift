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
        if let deadline, deadline <= now { throw EmbeddingError(.timeout, "the time given is over") }
        let wait = expectedWait(for: submitted.count, priority: priority, now: now)
        let room = priority == .interactive ? settings.capacity : settings.capacity / 2
        let size = submitted.reduce(0) { $0 + $1.input.byteCount }
        let isEmpty = texts.isEmpty
        guard isEmpty || (texts.count + submitted.count <= room && bytes + size <= settings.byteCapacity) else {
            throw EmbeddingError(.overloaded, "too many texts wait already", retryAfter: max(.seconds(1), wait))
        }
        guard let deadline else { return }
        if let paused = pacer.pausedUntil, paused > deadline {
            throw EmbeddingError(.rateLimited, "the provider limits the rate", retryAfter: paused - now)
        }
        guard now + wait > deadline else { return }
        let turn = turnWait(for: submitted.count, priority: priority)
        guard now + turn <= deadline else {
            throw EmbeddingError(
                .overloaded,
                "the texts that wait already take longer than the time given",
                retryAfter: max(.seconds(1), turn - (deadline - now))
            )
        }
    }

    /// How long texts that come now will take when everything there is goes first.
    private func expectedWait(for count: Int, priority: Priority, now: Instant) -> Duration {
        let before = waiting.indices.filter { $0 >= priority.rawValue }.reduce(0) { $0 + waiting[$1].count }
        return wait(texts: before + count)
    }

    /// The same with only those requests before it that really are.
    private func turnWait(for count: Int, priority: Priority) -> Duration {
        let end = lanes[priority.rawValue].end(ofTexts: count)
        let before = requests.values.reduce(0) { sum, request in
            let isBefore =
                request.priority > priority || (request.priority == priority && request.virtualEnd <= end)
            return isBefore ? sum + request.texts.count - request.cursor : sum
        }
        return wait(texts: before + count)
    }

    private func wait(texts: Int) -> Duration {
        let wait = throughput.wait(
            texts: texts,
            batchSize: settings.batchSize,
            parallelCalls: settings.parallelCalls,
            underWay: calls.count
        )
        // Calls do not all take the same time: better to refuse a few too many than to answer everybody late.
        return wait * 1.1
    }
}
