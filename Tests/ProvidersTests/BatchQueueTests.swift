import EmbeddingCore
import Testing

@testable import Providers

struct BatchQueueTests {
    let start = ContinuousClock.Instant.now

    func text(_ text: String, tokens: Int = 1) -> BatchQueue.Text {
        let model = EmbeddingModel(provider: "openai", name: "m", dimensions: 4)
        return BatchQueue.Text(
            key: CacheKey(.text(text), in: CacheKey.Scope(model: model, type: .document)),
            input: .text(text),
            tokens: tokens,
            truncatedEnd: .right
        )
    }

    func texts(_ prefix: String, _ count: Int) -> [BatchQueue.Text] {
        (0..<count).map { text("\(prefix)\($0)") }
    }

    func queue(_ change: (inout BatchQueue.Settings) -> Void = { _ in }) -> BatchQueue {
        var settings = BatchQueue.Settings()
        change(&settings)
        return BatchQueue(settings: settings, now: start)
    }

    @discardableResult
    func submit(
        _ queue: inout BatchQueue,
        _ texts: [BatchQueue.Text],
        priority: EmbeddingRequest.Priority = .interactive,
        dimensions: Int? = 4,
        deadline: ContinuousClock.Instant? = nil,
        at now: ContinuousClock.Instant? = nil
    ) throws -> Int {
        let id = queue.makeID()
        try queue.submit(
            texts,
            id: id,
            priority: priority,
            shape: BatchQueue.Shape(dimensions: dimensions),
            deadline: deadline,
            now: now ?? start
        )
        return id
    }

    func calls(_ effects: [BatchQueue.Effect]) -> [BatchQueue.Call] {
        effects.compactMap { if case .start(let call) = $0 { call } else { nil } }
    }

    func finished(_ effects: [BatchQueue.Effect]) -> [Int: BatchQueue.Finished] {
        var finished: [Int: BatchQueue.Finished] = [:]
        for case .finish(let id, let result) in effects { finished[id] = result }
        return finished
    }

    func answer(_ call: BatchQueue.Call) -> Result<BatchQueue.Answer, EmbeddingError> {
        let embedding = try? Embedding(validating: [1, 0, 0, 0], dimensions: 4)
        let outcomes = call.inputs.map { _ -> BatchQueue.TextOutcome in
            embedding.map { .success(EmbeddedText(embedding: $0, tokens: 1)) }
                ?? .failure(EmbeddingError(.internal, ""))
        }
        return .success(BatchQueue.Answer(outcomes: outcomes, tokens: 0, quota: nil))
    }

    func finish(
        _ queue: inout BatchQueue,
        _ call: BatchQueue.Call,
        _ result: Result<BatchQueue.Answer, EmbeddingError>? = nil,
        at now: ContinuousClock.Instant
    ) -> [BatchQueue.Effect] {
        queue.finished(call.id, result ?? answer(call), jitter: 0.5, now: now) + queue.advance(now: now)
    }

    @Test func `a lone text goes at once`() throws {
        var queue = queue()
        try submit(&queue, [text("a")])
        #expect(calls(queue.advance(now: start)).map(\.inputs) == [[.text("a")]])
    }

    @Test func `while a call is under way texts gather for the window`() throws {
        var queue = queue()
        try submit(&queue, [text("a")])
        _ = queue.advance(now: start)
        try submit(&queue, [text("b")])
        try submit(&queue, [text("c")])
        #expect(calls(queue.advance(now: start)).isEmpty)
        #expect(queue.wake == start + .milliseconds(2))
        #expect(calls(queue.advance(now: start + .milliseconds(1))).isEmpty)
        let batch = calls(queue.advance(now: start + .milliseconds(2)))
        #expect(batch.map(\.inputs) == [[.text("b"), .text("c")]])
    }

    @Test func `a full batch and the end of the last call cut the window short`() throws {
        var queue = queue { $0.batchSize = 2 }
        try submit(&queue, [text("a")])
        let first = calls(queue.advance(now: start))
        try submit(&queue, [text("b")])
        #expect(calls(queue.advance(now: start)).isEmpty)
        try submit(&queue, [text("c")])
        #expect(calls(queue.advance(now: start)).map(\.inputs) == [[.text("b"), .text("c")]])

        var other = self.queue()
        try submit(&other, [text("a")])
        let lone = calls(other.advance(now: start))
        try submit(&other, [text("b")])
        #expect(calls(other.advance(now: start)).isEmpty)
        #expect(calls(finish(&other, lone[0], at: start)).map(\.inputs) == [[.text("b")]])
        #expect(first.count == 1)
    }

    @Test func `no more calls than allowed are under way`() throws {
        var queue = queue {
            $0.batchSize = 1; $0.parallelCalls = 3
        }
        try submit(&queue, texts("t", 10))
        let running = calls(queue.advance(now: start))
        #expect(running.count == 3)
        #expect(calls(queue.advance(now: start + .seconds(1))).isEmpty)
        #expect(calls(finish(&queue, running[0], at: start + .seconds(1))).count == 1)
    }

    @Test func `a large request does not hold up a small one`() throws {
        var queue = queue { $0.parallelCalls = 1 }
        try submit(&queue, texts("large", 2048))
        let first = calls(queue.advance(now: start))
        let small = try submit(&queue, [text("small")])
        let second = calls(finish(&queue, first[0], at: start + .milliseconds(10)))
        #expect(second[0].inputs.contains(.text("small")))
        #expect(finished(finish(&queue, second[0], at: start + .milliseconds(20)))[small] != nil)
    }

    @Test func `interactive texts go before the backlog and one call is kept for them`() throws {
        var queue = queue {
            $0.batchSize = 2; $0.parallelCalls = 2
        }
        try submit(&queue, texts("backlog", 10), priority: .backlog)
        let running = calls(queue.advance(now: start))
        #expect(running.count == 2)
        try submit(&queue, [text("push")])
        let next = calls(finish(&queue, running[0], at: start + .milliseconds(5)))
        #expect(next.map(\.inputs) == [[.text("push")]])
        // The interactive call ends, and its place stays free while the other backlog call runs.
        #expect(calls(finish(&queue, next[0], at: start + .milliseconds(6))).isEmpty)
        #expect(calls(finish(&queue, running[1], at: start + .milliseconds(7))).count == 1)
    }

    @Test func `the same text asked by many is sent once`() throws {
        var queue = queue()
        let ids = try (0..<5).map { _ in try submit(&queue, [text("same")]) }
        let running = calls(queue.advance(now: start))
        #expect(running.map(\.inputs) == [[.text("same")]])
        let late = try submit(&queue, [text("same"), text("other")])
        let effects = finish(&queue, running[0], at: start)
        #expect(Set(finished(effects).keys) == Set(ids))
        let rest = calls(effects)
        #expect(rest.map(\.inputs) == [[.text("other")]])
        #expect(finished(finish(&queue, rest[0], at: start)).keys.contains(late))
        #expect(queue.texts.isEmpty && queue.requests.isEmpty && queue.bytes == 0)
    }

    @Test func `a text of the backlog that somebody needs now is promoted`() throws {
        var queue = queue {
            $0.batchSize = 1; $0.parallelCalls = 1
        }
        try submit(&queue, texts("b", 5), priority: .backlog)
        let first = calls(queue.advance(now: start))
        try submit(&queue, [text("b4")])
        #expect(calls(finish(&queue, first[0], at: start)).map(\.inputs) == [[.text("b4")]])
    }

    @Test func `a cancelled caller takes its waiting texts along but not those of others`() throws {
        var queue = queue {
            $0.batchSize = 1; $0.parallelCalls = 1
        }
        try submit(&queue, [text("running")])
        let running = calls(queue.advance(now: start))
        let leaving = try submit(&queue, [text("mine"), text("shared")])
        let staying = try submit(&queue, [text("shared")])
        queue.cancel(leaving)
        let next = calls(finish(&queue, running[0], at: start))
        #expect(next.map(\.inputs) == [[.text("shared")]])
        let end = finish(&queue, next[0], at: start)
        #expect(Array(finished(end).keys) == [staying])
        #expect(calls(end).isEmpty)
        #expect(queue.texts.isEmpty && queue.bytes == 0)
    }

    @Test func `batches are filled up to the tokens of a call`() throws {
        var queue = queue { $0.tokensPerCall = 100 }
        try submit(
            &queue,
            [text("a", tokens: 60), text("b", tokens: 30), text("c", tokens: 30), text("d", tokens: 500)]
        )
        let running = calls(queue.advance(now: start))
        #expect(running.map { $0.inputs.count } == [2, 1, 1])
    }

    @Test func `vectors of different sizes are not asked for in one call`() throws {
        var queue = queue()
        try submit(&queue, [text("running")])
        _ = queue.advance(now: start)
        try submit(&queue, [text("a")], dimensions: 4)
        try submit(&queue, [text("b")], dimensions: 2)
        try submit(&queue, [text("c")], dimensions: 4)
        let batches = calls(queue.advance(now: start + .milliseconds(2)))
        #expect(batches.map(\.shape.dimensions) == [4, 2])
        #expect(batches[0].inputs == [.text("a"), .text("c")])
    }

    @Test func `a request is answered at its deadline`() throws {
        var queue = queue { $0.parallelCalls = 1 }
        let id = try submit(&queue, [text("a")], deadline: start + .seconds(3))
        _ = queue.advance(now: start)
        #expect(queue.wake == start + .seconds(3))
        let result = finished(queue.advance(now: start + .seconds(3)))[id]
        #expect(result?.outcomes == [.failure(EmbeddingError(.timeout, ""))])
    }

    @Test func `a request whose turn never came is told of the overload`() throws {
        var queue = queue { $0.parallelCalls = 1 }
        try submit(&queue, [text("a")])
        #expect(calls(queue.advance(now: start)).count == 1)
        let id = try submit(&queue, [text("b")], deadline: start + .seconds(3))
        let result = finished(queue.advance(now: start + .seconds(3)))[id]
        #expect(result?.outcomes == [.failure(EmbeddingError(.overloaded, ""))])
    }

    @Test func `texts that would come back late are not sent while the provider is busy`() throws {
        var queue = queue { $0.parallelCalls = 1 }
        try submit(&queue, [text("a")])
        let first = calls(queue.advance(now: start))
        let now = start + .seconds(1)
        _ = finish(&queue, first[0], at: now)
        try submit(&queue, [text("b")], at: now)
        #expect(calls(queue.advance(now: now)).count == 1)
        let late = try submit(&queue, [text("c")], deadline: now + .milliseconds(2500), at: now)
        let early = try submit(&queue, [text("d")], deadline: now + .seconds(9), at: now)
        #expect(finished(queue.advance(now: now + .milliseconds(1400))).isEmpty)
        let ended = finished(queue.advance(now: now + .milliseconds(1600)))
        #expect(ended[late]?.outcomes == [.failure(EmbeddingError(.overloaded, ""))])
        #expect(ended[early] == nil)
    }

    @Test func `one slow call does not refuse everybody for ever`() throws {
        var queue = queue { $0.parallelCalls = 1 }
        try submit(&queue, [text("a")])
        let first = calls(queue.advance(now: start))
        let now = start + .seconds(60)
        _ = finish(&queue, first[0], at: now)
        try submit(&queue, [text("b")], deadline: now + .seconds(30), at: now)
        #expect(calls(queue.advance(now: now)).count == 1)
        #expect(throws: EmbeddingError(.overloaded, "")) {
            try submit(&queue, [text("c")], deadline: now + .seconds(30), at: now)
        }
    }

    @Test func `a request without a deadline does not wait for ever`() throws {
        var queue = queue { $0.patience = .seconds(60) }
        let id = try submit(&queue, [text("a")])
        _ = queue.advance(now: start)
        #expect(finished(queue.advance(now: start + .seconds(60)))[id] != nil)
    }

    @Test func `a full queue refuses at once and says when to come back`() throws {
        var queue = queue {
            $0.capacity = 100; $0.parallelCalls = 1; $0.batchSize = 10
        }
        try submit(&queue, texts("a", 90))
        _ = queue.advance(now: start)
        #expect(throws: EmbeddingError(.overloaded, "")) { try submit(&queue, texts("b", 20)) }
        #expect(throws: EmbeddingError(.overloaded, "")) { try submit(&queue, [text("c")], priority: .backlog) }
        try submit(&queue, texts("d", 10))
        #expect(queue.texts.count == 100)
    }

    @Test func `a request that cannot make it in time is refused`() throws {
        var queue = queue {
            $0.parallelCalls = 1; $0.batchSize = 10
        }
        try submit(&queue, [text("a")])
        let first = calls(queue.advance(now: start))
        _ = finish(&queue, first[0], at: start + .seconds(1))
        let now = start + .seconds(1)
        for number in 0..<40 { try submit(&queue, [text("b\(number)")], at: now) }
        #expect(throws: EmbeddingError(.overloaded, "")) {
            try submit(&queue, [text("c")], deadline: now + .seconds(3), at: now)
        }
        try submit(&queue, [text("d")], deadline: now + .seconds(10), at: now)
    }

    @Test func `a small request that overtakes a large one is not refused for its sake`() throws {
        var queue = queue {
            $0.parallelCalls = 1; $0.batchSize = 10
        }
        try submit(&queue, [text("a")])
        let first = calls(queue.advance(now: start))
        let now = start + .seconds(1)
        _ = finish(&queue, first[0], at: now)
        try submit(&queue, texts("large", 400), at: now)
        try submit(&queue, [text("small")], deadline: now + .seconds(3), at: now)
    }

    @Test func `a large request gets its share although small ones keep coming`() throws {
        var queue = queue {
            $0.parallelCalls = 1; $0.batchSize = 10
        }
        let large = try submit(&queue, texts("large", 100))
        var (now, made, hasEnded) = (start, 0, false)
        var running = calls(queue.advance(now: now))
        // The small ones alone would fill every call.
        while !hasEnded, made < 10_000 {
            for _ in 0..<10 {
                made += 1
                try submit(&queue, [text("small\(made)")], at: now)
            }
            now += .milliseconds(10)
            let effects = finish(&queue, try #require(running.first), at: now)
            hasEnded = finished(effects).keys.contains(large)
            running = calls(effects)
        }
        #expect(hasEnded && queue.requests.count < 1500)
    }
}
