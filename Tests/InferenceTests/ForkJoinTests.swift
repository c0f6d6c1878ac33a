import Synchronization
import Testing

@testable import Inference

@Suite("Parts of a batch divided among threads") struct ForkJoinTests {
    /// How often each part was done, and by whom.
    private final class Record: Sendable {
        private let state: Mutex<(done: [Int], threads: Set<Int>)>

        init(_ parts: Int) { state = Mutex((Array(repeating: 0, count: parts), [])) }

        func note(_ part: Int, _ thread: Int) {
            state.withLock {
                $0.done[part] += 1
                $0.threads.insert(thread)
            }
        }

        var done: [Int] { state.withLock(\.done) }
        var threads: Set<Int> { state.withLock(\.threads) }
    }

    /// Calls `body` with a team of three whose helpers run, and returns when they have left.
    private func withHelpers(_ body: (ForkJoin) throws -> Void) async rethrows {
        let (left, leaving) = AsyncStream.makeStream(of: Int.self)
        let team = ForkJoin(thread: 0, members: 3) { team in
            for thread in 1..<3 {
                let isStarted = WorkerThread.start {
                    team.help(as: thread)
                    leaving.yield(thread)
                }
                #expect(isStarted)
            }
        }
        defer { team.end() }
        try body(team)
        #expect(team.wantsHelp)
        team.end()
        #expect(!team.wantsHelp)
        var gone = left.makeAsyncIterator()
        for _ in 1..<3 { _ = await gone.next() }
    }

    @Test
    func `each part is done once, whoever takes it, and all before the call returns`() async throws {
        try await withHelpers { team in
            for parts in [0, 1, 2, 3, 7, 64] {
                for _ in 0..<200 {
                    let record = Record(parts)
                    try team.run(parts) { part, thread in record.note(part, thread) }
                    #expect(record.done == Array(repeating: 1, count: parts))
                    #expect(record.threads.isSubset(of: [0, 1, 2]))
                }
            }
        }
    }

    @Test
    func `a helper takes a part while the others are at theirs`() async throws {
        try await withHelpers { team in
            let record = Record(3)
            let arrived = Atomic<Int>(0)
            // Each part waits for the others, so that three threads must be at work at once.
            try team.run(3) { part, thread in
                record.note(part, thread)
                arrived.add(1, ordering: .acquiringAndReleasing)
                while arrived.load(ordering: .acquiring) < 3 {}
            }
            #expect(record.threads == [0, 1, 2])
        }
    }

    @Test
    func `helpers are called when there are parts for them, and again after they were sent away`() throws {
        let called = Atomic<Int>(0)
        let team = ForkJoin(thread: 0, members: 2) { _ in called.add(1, ordering: .relaxed) }
        let record = Record(2)
        try team.run(1) { part, thread in record.note(part, thread) }
        #expect(called.load(ordering: .relaxed) == 0)
        for _ in 0..<3 { try team.run(2) { part, thread in record.note(part, thread) } }
        #expect(called.load(ordering: .relaxed) == 1)
        team.end()
        team.end()
        team.help(as: 1)
        try team.run(2) { part, thread in record.note(part, thread) }
        #expect(called.load(ordering: .relaxed) == 2)
        #expect(record.done == [5, 4])
    }

    @Test
    func `nobody waits for helpers that do not come`() throws {
        let team = ForkJoin(thread: 4, members: 8)
        let record = Record(8)
        try team.run(8) { part, thread in record.note(part, thread) }
        #expect(record.done == Array(repeating: 1, count: 8))
        #expect(record.threads == [4])
    }

    @Test
    func `an error of any part is the call's, after all parts have ended`() async throws {
        await withHelpers { team in
            let record = Record(6)
            #expect(throws: InferenceError(.backend, "part 2")) {
                try team.run(6) { part, thread throws(InferenceError) in
                    record.note(part, thread)
                    if part == 2 { throw InferenceError(.backend, "part 2") }
                }
            }
            #expect(record.done == Array(repeating: 1, count: 6))
        }
    }
}
