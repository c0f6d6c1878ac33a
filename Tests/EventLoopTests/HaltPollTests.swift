import Testing

@testable import EventLoop

@Suite struct HaltPollTests {
    @Test func `grows while waits are short and ends with the first long one`() {
        var poll = HaltPoll()
        #expect(poll.limit == 0)
        var limits: [Int64] = []
        for _ in 0..<6 {
            poll.ended(afterWaiting: HaltPoll.longest)
            limits.append(poll.limit)
        }
        #expect(limits == [25_000, 50_000, 100_000, 200_000, 200_000, 200_000])
        poll.ended(afterWaiting: HaltPoll.longest + 1)
        #expect(poll.limit == 0)
    }
}
