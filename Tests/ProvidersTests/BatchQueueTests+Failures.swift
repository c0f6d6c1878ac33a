import EmbeddingCore
import Testing

@testable import Providers

/// What becomes of texts whose call failed.
extension BatchQueueTests {
    @Test func `a failed call is tried again with its texts and gives up in the end`() throws {
        var queue = queue { $0.retry.attempts = 3 }
        let id = try submit(&queue, [text("a")])
        var now = start
        var running = calls(queue.advance(now: now))
        for attempt in 1...2 {
            let effects = finish(&queue, running[0], .failure(EmbeddingError(.unavailable, "down")), at: now)
            #expect(calls(effects).isEmpty && finished(effects).isEmpty)
            now += .milliseconds(250 * attempt)
            running = calls(queue.advance(now: now))
            #expect(running.map(\.inputs) == [[.text("a")]])
        }
        let end = finish(&queue, running[0], .failure(EmbeddingError(.unavailable, "down")), at: now)
        #expect(finished(end)[id]?.outcomes == [.failure(EmbeddingError(.unavailable, ""))])
    }

    @Test func `a call that fails to the end is halved so that one text cannot take others along`() throws {
        var queue = queue {
            $0.retry.attempts = 2; $0.parallelCalls = 1
        }
        let id = try submit(&queue, texts("t", 8))
        var now = start
        var running = calls(queue.advance(now: now))
        var outcome: BatchQueue.Finished?
        var made = 0
        while let call = running.first, outcome == nil {
            made += 1
            let isBad = call.inputs.contains(.text("t5"))
            let effects = finish(
                &queue,
                call,
                isBad ? .failure(EmbeddingError(.unavailable, "500")) : nil,
                at: now
            )
            outcome = finished(effects)[id]
            running = calls(effects)
            if running.isEmpty, let wake = queue.wake {
                now = max(now, wake)
                running = calls(queue.advance(now: now))
            }
        }
        let failures = try #require(outcome).outcomes.enumerated().filter {
            if case .failure = $0.element { true } else { false }
        }
        #expect(failures.map(\.offset) == [5])
        #expect(made <= 9)
    }

    @Test func `a 429 pauses everything and is no attempt`() throws {
        var queue = queue { $0.retry.attempts = 1 }
        try submit(&queue, [text("a")])
        let running = calls(queue.advance(now: start))
        let limited = EmbeddingError(.rateLimited, "slow", retryAfter: .seconds(7))
        #expect(calls(finish(&queue, running[0], .failure(limited), at: start)).isEmpty)
        try submit(&queue, [text("b")])
        #expect(calls(queue.advance(now: start + .seconds(6))).isEmpty)
        let again = calls(queue.advance(now: start + .seconds(7)))
        #expect(again.first?.inputs == [.text("a")])
    }

    @Test func `a request that would wait out a pause past its deadline is refused`() throws {
        var queue = queue()
        try submit(&queue, [text("a")])
        let running = calls(queue.advance(now: start))
        let limited = EmbeddingError(.rateLimited, "slow", retryAfter: .seconds(7))
        _ = finish(&queue, running[0], .failure(limited), at: start)
        #expect(throws: EmbeddingError(.rateLimited, "")) {
            try submit(&queue, [text("b")], deadline: start + .seconds(5))
        }
    }

    @Test func `who cannot wait out a pause is told at once, not at the deadline`() throws {
        var queue = queue()
        let hurried = try submit(&queue, [text("a")], deadline: start + .seconds(5))
        let patient = try submit(&queue, [text("a")], deadline: start + .seconds(50))
        let running = calls(queue.advance(now: start))
        let limited = EmbeddingError(.rateLimited, "slow", retryAfter: .seconds(7))
        let answered = finished(finish(&queue, running[0], .failure(limited), at: start))
        #expect(answered[hurried]?.outcomes == [.failure(EmbeddingError(.rateLimited, ""))])
        #expect(answered[patient] == nil)
        #expect(calls(queue.advance(now: start + .seconds(7))).count == 1)
    }

    @Test func `a request that the pace would make late is refused`() throws {
        var queue = queue {
            $0.pacing.requestsPerMinute = 60; $0.batchSize = 1
        }
        try submit(&queue, texts("t", 30))
        _ = queue.advance(now: start)
        #expect(throws: EmbeddingError(.overloaded, "")) {
            for number in 0..<10 { try submit(&queue, [text("x\(number)")], deadline: start + .seconds(2)) }
        }
    }

    @Test func `requests that come and go leave nothing behind`() throws {
        var queue = queue { $0.parallelCalls = 1 }
        try submit(&queue, [text("slow")], deadline: start + .seconds(1000))
        _ = queue.advance(now: start)
        for number in 0..<2000 {
            let now = start + .milliseconds(number)
            let id = try submit(&queue, [text("t\(number)")], deadline: now + .seconds(2000), at: now)
            _ = queue.advance(now: now)
            queue.cancel(id)
        }
        _ = queue.advance(now: start + .seconds(3))
        #expect(queue.texts.count == 1 && queue.requests.count == 1)
        #expect(queue.deadlines.count < 100 && queue.lanes.allSatisfy { $0.count < 100 })
    }

    @Test func `a permanent fault answers everybody and a rare probe finds out when it is mended`() throws {
        var queue = queue {
            $0.batchSize = 1; $0.parallelCalls = 1
        }
        let ids = [try submit(&queue, [text("a")]), try submit(&queue, [text("b")])]
        let running = calls(queue.advance(now: start))
        let fault = EmbeddingError(.quotaExhausted, "quota")
        let effects = finish(&queue, running[0], .failure(fault), at: start)
        #expect(Set(finished(effects).keys) == Set(ids))
        #expect(effects.contains { if case .stopped = $0 { true } else { false } })
        #expect(throws: fault) { try submit(&queue, [text("c")]) }

        #expect(queue.wake == start + .seconds(60))
        let probe = calls(queue.advance(now: start + .seconds(60)))
        #expect(probe.count == 1)
        _ = finish(&queue, probe[0], .failure(fault), at: start + .seconds(61))
        #expect(throws: fault) { try submit(&queue, [text("c")], at: start + .seconds(62)) }
        let second = calls(queue.advance(now: start + .seconds(121)))
        let mended = finish(&queue, second[0], at: start + .seconds(121))
        #expect(mended.contains { if case .recovered = $0 { true } else { false } })
        try submit(&queue, [text("c")], at: start + .seconds(122))
    }

    @Test func `a single text refused for its length is tried again in part`() throws {
        var queue = queue()
        let long = String(repeating: "long ", count: 1000)
        let id = try submit(&queue, [text(long, tokens: 1000)])
        let running = calls(queue.advance(now: start))
        let effects = finish(&queue, running[0], .failure(EmbeddingError(.invalidInput, "too long")), at: start)
        let again = calls(effects)
        #expect(again.first?.inputs == [.text(String(repeating: "long ", count: 500))])
        #expect(finished(finish(&queue, again[0], at: start)).keys.contains(id))
        #expect(queue.bytes == 0)
    }
}
