import EventLoop
import HTTP
import Testing

@testable import Server

/// Requests that are settled by their head.
extension ConnectionMachineTests {
    private static let waiting = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"

    /// Feeds a head, and answers it whatever its body is.
    private func settled(_ head: String) -> Harness {
        var harness = Harness()
        let bytes = Array(head.utf8)
        var position = 0
        _ = harness.machine.next(bytes.span, &position, at: harness.now)
        harness.machine.settle(bodyHasBegun: position < bytes.count, at: harness.now)
        return harness
    }

    @Test func `a short body of a settled request is discarded`() {
        var harness = settled("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
        #expect(!harness.machine.wantsInput)
        #expect(harness.machine.context.keepsAlive)
        harness.answer()
        #expect(harness.feed("abc") == [])
        #expect(harness.feed(Self.get) == ["head", "collected "])
    }

    @Test(arguments: [post, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", waiting])
    func `a body of a settled request that may be long ends the connection`(head: String) {
        var harness = settled(head)
        harness.machine.startAnswer()
        #expect(!harness.machine.context.keepsAlive)
        harness.machine.completeAnswer(at: harness.now)
        #expect(harness.machine.closing == .lingering)
        #expect(harness.machine.body == nil)
    }

    @Test func `a settled request without body keeps the connection`() {
        var harness = settled(Self.get)
        harness.answer()
        #expect(harness.feed(Self.get) == ["head", "collected "])
    }

    @Test func `a client that keeps sending has time to see its answer`() {
        var harness = settled(Self.post)
        harness.answer()
        harness.machine.linger(at: harness.now)
        for _ in 0..<29 {
            harness.wait(.seconds(1))
            harness.machine.discarded(at: harness.now)
            #expect(harness.machine.expire(at: harness.now) == .none)
        }
        #expect(harness.expiry(after: .seconds(1)) == .close)
    }
}
