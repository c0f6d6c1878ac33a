import Testing

@testable import Inference

@Suite("EncodingLanes") struct EncodingLanesTests {
    private var lanes = EncodingLanes<String>()

    private struct NothingWaits: Error {}
    private struct Refused: Error {}

    private mutating func next(workers: Int = 1) throws -> EncodingLanes<String>.Turn {
        guard let turn = lanes.next(workers: workers) else { throw NothingWaits() }
        return turn
    }

    private mutating func give(_ texts: Int, to lane: EncodingLanes<String>.ID) throws {
        guard lanes.append(Self.request(texts: texts), to: lane) else { throw Refused() }
    }

    private static func queue(capacity: Int = 1000) -> EncodingQueue {
        EncodingQueue(capacity: capacity, batchTokens: 64, smallestBatch: 16, maxTokens: 64)
    }

    private static func request(texts: Int) -> EncodingRequest {
        EncodingRequest(
            Array(repeating: .text(String(repeating: "x", count: 250)), count: texts),
            head: TokenRows(width: 1)
        )
    }

    @Test("of two models with work each gets half of the time, however long its batches take")
    mutating func fairness() throws {
        let (slow, quick) = (lanes.add("slow", Self.queue()), lanes.add("quick", Self.queue()))
        try give(500, to: slow)
        try give(500, to: quick)
        var spent: [String: Duration] = [:]
        for _ in 0..<110 {
            let turn = try next()
            let time = Duration.milliseconds(turn.encoder == "slow" ? 10 : 1)
            spent[turn.encoder, default: .zero] += time
            lanes.finish(turn, after: time)
        }
        let (slowTime, quickTime) = (spent["slow"] ?? .zero, spent["quick"] ?? .zero)
        #expect(slowTime * 4 <= quickTime * 5 && quickTime * 4 <= slowTime * 5)
    }

    @Test("a model that had nothing to do does not make up for it afterwards")
    mutating func newcomer() throws {
        let (old, new) = (lanes.add("old", Self.queue()), lanes.add("new", Self.queue()))
        try give(500, to: old)
        for _ in 0..<100 { lanes.finish(try next(), after: .seconds(1)) }
        try give(500, to: new)
        var turns: [String] = []
        for _ in 0..<8 {
            let turn = try next()
            turns.append(turn.encoder)
            lanes.finish(turn, after: .seconds(1))
        }
        #expect(turns.filter { $0 == "old" }.count >= 3)
    }

    @Test("a batch is alone when no model has anything else to do")
    mutating func alone() throws {
        let (one, other) = (lanes.add("one", Self.queue()), lanes.add("other", Self.queue()))
        try give(1, to: one)
        let first = try next(workers: 2)
        #expect(first.isAlone)
        try give(1, to: other)
        let second = try next(workers: 2)
        #expect(!second.isAlone)
        lanes.finish(first, after: .zero)
        lanes.finish(second, after: .zero)
        try give(8, to: one)
        let third = try next(workers: 2)
        #expect(!third.isAlone)
    }

    @Test("a model that is gone takes nothing, and gives back what waited")
    mutating func removal() throws {
        let lane = lanes.add("gone", Self.queue())
        try give(3, to: lane)
        let waiting = lanes.remove(lane)
        #expect(waiting.count == 1)
        #expect(throws: NothingWaits.self) { try next() }
        #expect(throws: Refused.self) { try give(1, to: lane) }
    }

    @Test("a full queue refuses for its own model alone")
    mutating func bound() throws {
        let (full, free) = (lanes.add("full", Self.queue(capacity: 4)), lanes.add("free", Self.queue(capacity: 4)))
        try give(4, to: full)
        #expect(throws: Refused.self) { try give(1, to: full) }
        try give(4, to: free)
    }
}
