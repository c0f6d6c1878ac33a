import EventLoop
import HTTP
import Testing

@testable import Server

/// The state machine on a clock of its own: no socket, no waiting.
@Suite struct ConnectionMachineTests {
    /// A machine with its clock.
    struct Harness {
        var machine: ConnectionMachine
        var now = MonotonicInstant(nanoseconds: 0)

        init() { machine = ConnectionMachine(configuration: HTTPServerConfiguration(), at: now) }

        mutating func wait(_ duration: Duration) { now = now + duration }

        /// Feeds all of `text`; gives the events in short.
        mutating func feed(_ text: String, policy: BodyPolicy = .collect(limit: 1 << 20)) -> [String] {
            let bytes = Array(text.utf8)
            var position = 0
            var events: [String] = []
            while machine.wantsInput {
                switch machine.next(bytes.span, &position, at: now) {
                case .needsInput: return events
                case .head(let message) where message.framing == .none:
                    machine.beginWithoutBody(at: now)
                    events += ["head", "collected "]
                case .head:
                    do throws(Refusal) {
                        events.append(try machine.begin(policy, at: now) ? "continue" : "head")
                    } catch {
                        events.append(error.rawValue)
                        return events
                    }
                case .collected(let body): events.append("collected \(String(decoding: body, as: UTF8.self))")
                case .streamed: events.append("streamed")
                case .progress: break
                case .refused(let refusal):
                    events.append(refusal.rawValue)
                    return events
                }
            }
            return events
        }

        mutating func answer() {
            machine.startAnswer()
            machine.completeAnswer(at: now)
        }

        /// What expires right at `duration` from now, and not before.
        mutating func expiry(after duration: Duration) -> ConnectionMachine.Expiry {
            wait(duration - .nanoseconds(1))
            let early = machine.expire(at: now)
            #expect(early == .none, "too early")
            wait(.nanoseconds(1))
            return machine.expire(at: now)
        }
    }

    static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    static let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"

    // MARK: Time

    @Test func `a new connection that says nothing is closed`() {
        var harness = Harness()
        #expect(harness.expiry(after: .seconds(10)) == .close)
    }

    @Test func `a header has to be complete in time however it trickles`() {
        var harness = Harness()
        harness.wait(.seconds(5))
        _ = harness.feed("GET / HTTP/1.1\r\n")
        for _ in 0..<4 {
            harness.wait(.seconds(2))
            _ = harness.feed("X: y\r\n")
        }
        #expect(harness.expiry(after: .seconds(2)) == .refuse(.timeout))
    }

    @Test func `an idle connection is kept for a while`() {
        var harness = Harness()
        #expect(harness.feed(Self.get) == ["head", "collected "])
        harness.answer()
        #expect(harness.expiry(after: .seconds(75)) == .close)
    }

    @Test func `the header time of a later request begins with its first byte`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.answer()
        harness.wait(.seconds(70))
        _ = harness.feed("G")
        #expect(harness.expiry(after: .seconds(10)) == .refuse(.timeout))
    }

    @Test func `a body that never comes is refused after the grace`() {
        var harness = Harness()
        _ = harness.feed(Self.post)
        #expect(harness.expiry(after: .seconds(5)) == .refuse(.timeout))
    }

    @Test func `a body has to keep its pace on average`() {
        var harness = Harness()
        _ = harness.feed(Self.post)
        for _ in 0..<20 {
            harness.wait(.seconds(1))
            _ = harness.feed(String(repeating: "a", count: 512))
            #expect(harness.machine.closing == .no)
            if harness.machine.expire(at: harness.now) == .refuse(.timeout) { break }
        }
        // 5 s and one for each two of the pieces.
        #expect(harness.now == MonotonicInstant(nanoseconds: 9_000_000_000))
    }

    @Test func `a body may not stand still for long however fast it was`() {
        var harness = Harness()
        _ = harness.feed(Self.post + String(repeating: "a", count: 90_000))
        #expect(harness.expiry(after: .seconds(30)) == .refuse(.timeout))
    }

    @Test func `a body that the responder holds up is not too slow`() throws {
        var harness = Harness()
        _ = harness.feed(Self.post + String(repeating: "a", count: 70_000), policy: .stream(limit: nil))
        #expect(!harness.machine.wantsInput)
        harness.wait(.seconds(1000))
        #expect(harness.machine.expire(at: harness.now) == .none)
        _ = try harness.machine.readBody(at: harness.now)
        #expect(harness.machine.wantsInput)
        #expect(harness.machine.expire(at: harness.now) == .none)
        #expect(harness.expiry(after: .seconds(30)) == .refuse(.timeout))
    }

    @Test func `an answer that does not come is replaced by 503`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        #expect(harness.expiry(after: .seconds(30)) == .refuse(.responseTimeout))
        #expect(Refusal.responseTimeout.status == .serviceUnavailable)
    }

    @Test func `a client that takes nothing is cut off`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.machine.startAnswer()
        harness.machine.outputWaits(sent: 4 << 20, queued: 4 << 20, at: harness.now)
        #expect(harness.expiry(after: .seconds(30)) == .abort)
    }

    @Test func `a client that takes little is cut off too`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.machine.startAnswer()
        harness.machine.outputWaits(sent: 1000, queued: 1000, at: harness.now)
        var seconds = 0
        while harness.machine.expire(at: harness.now) == .none, seconds < 1000 {
            harness.wait(.seconds(1))
            seconds += 1
            harness.machine.outputWaits(sent: 100, queued: 1000, at: harness.now)
        }
        #expect((30...40).contains(seconds))
    }

    /// Clients make room known in steps: here of 16 KiB.
    @Test(arguments: [1, 4, 16, 40], [1 << 20, 4 << 20])
    func `a client that keeps the promised rate gets its answer`(kibibytesPerSecond rate: Int, size: Int) {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.machine.startAnswer()
        // The system has the whole, and no room is made for more before all of it is taken.
        harness.machine.outputWaits(sent: size, queued: size, at: harness.now)
        var taken = 0
        while taken < size {
            harness.wait(.milliseconds(500))
            taken += rate * 512
            let known = min(size, taken / (16 << 10) * (16 << 10))
            harness.machine.outputWaits(sent: 0, queued: size - known, at: harness.now)
            guard harness.machine.expire(at: harness.now) == .none else {
                Issue.record("cut off at \(taken) of \(size)")
                return
            }
        }
    }

    @Test(arguments: [1, 4, 16, 40]) func `a client that keeps the promised rate is heard`(kibibytesPerSecond rate: Int)
    {
        var harness = Harness()
        let size = 1 << 20
        _ = harness.feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n", policy: .collect(limit: size))
        let piece = String(repeating: "x", count: rate * 512)
        for sent in stride(from: 0, to: size - piece.utf8.count, by: piece.utf8.count) {
            harness.wait(.milliseconds(500))
            let expiry = harness.machine.expire(at: harness.now)
            #expect(expiry == .none, "refused at \(sent) of \(size)")
            _ = harness.feed(piece)
        }
    }

    @Test func `a streamed answer may take as long as it likes`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.machine.startAnswer()
        harness.wait(.seconds(100_000))
        #expect(harness.machine.expire(at: harness.now) == .none)
    }

    @Test func `lingering ends`() {
        var harness = Harness()
        #expect(harness.feed("\0") == ["malformed_request_line"])
        harness.machine.startRefusal()
        harness.machine.completeAnswer(at: harness.now)
        #expect(harness.machine.closing == .lingering)
        harness.machine.linger(at: harness.now)
        #expect(harness.expiry(after: .seconds(2)) == .close)
    }

    @Test func `work for a client that may be gone is bounded`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.wait(.seconds(1))
        harness.machine.halfClose(at: harness.now)
        #expect(harness.expiry(after: .seconds(5)) == .abort)
    }

    @Test func `a stream to a client that may be gone is bounded by its pauses`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.machine.startAnswer()
        harness.machine.halfClose(at: harness.now)
        harness.wait(.seconds(60))
        harness.machine.outputFlushed(at: harness.now)
        #expect(harness.expiry(after: .seconds(75)) == .abort)
    }

    // MARK: Order of events

    @Test func `the next request waits for the answer`() {
        var harness = Harness()
        #expect(harness.feed(Self.get + Self.get) == ["head", "collected "])
        #expect(!harness.machine.wantsInput)
        harness.answer()
        #expect(harness.machine.wantsInput)
    }

    @Test func `a body over the limit is refused before it comes`() {
        var harness = Harness()
        #expect(harness.feed(Self.post, policy: .collect(limit: 99_999)) == ["body_too_large"])
        harness = Harness()
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(harness.feed(chunked + "7fffffffffffffff\r\n") == ["head", "body_too_large"])
        harness = Harness()
        #expect(harness.feed(chunked + "2\r\nab\r\n2\r\n", policy: .collect(limit: 3)) == ["head", "body_too_large"])
        harness = Harness()
        #expect(harness.feed(chunked + "4\r\n", policy: .stream(limit: 3)) == ["head", "body_too_large"])
    }

    @Test(arguments: ["br", "gzip, gzip", "gzip\r\nContent-Encoding: gzip"])
    func `a coding that is not understood is refused once the request is wanted`(coding: String) {
        var harness = Harness()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Encoding: \(coding)\r\n\r\n"
        #expect(harness.feed(head) == ["unsupported_content_coding"])
    }

    @Test func `goes on at once for a body to be collected`() {
        var harness = Harness()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        #expect(harness.feed(head) == ["continue"])
        #expect((harness.machine.takeContinue()) == false)
    }

    @Test func `goes on once the responder reads a streamed body`() {
        var harness = Harness()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        #expect(harness.feed(head, policy: .stream(limit: nil)) == ["head"])
        #expect((harness.machine.takeContinue()) == true)
        #expect((harness.machine.takeContinue()) == false)
    }

    @Test(arguments: [BodyPolicy.collect(limit: 10), .stream(limit: 10)])
    func `does not say to go on once the body has begun`(policy: BodyPolicy) throws {
        var harness = Harness()
        let bytes = Array("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\na".utf8)
        var position = 0
        _ = harness.machine.next(bytes.span, &position, at: harness.now)
        let isDue = try harness.machine.begin(policy, bodyHasBegun: position < bytes.count, at: harness.now)
        #expect(!isDue)
        #expect((harness.machine.takeContinue()) == false)
    }

    @Test func `does not say to go on to a client that did not wait`() {
        var harness = Harness()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        _ = harness.feed(head, policy: .stream(limit: nil))
        _ = harness.feed("a")
        #expect((harness.machine.takeContinue()) == false)
        harness.machine.startAnswer()
        #expect(harness.machine.context.keepsAlive)
    }

    @Test func `a client that waits to go on and gets another answer is let go`() {
        var harness = Harness()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        _ = harness.feed(head, policy: .stream(limit: nil))
        harness.machine.startAnswer()
        #expect(!harness.machine.context.keepsAlive)
        harness.machine.completeAnswer(at: harness.now)
        #expect(harness.machine.closing == .lingering)
    }

    @Test func `an unread body is discarded if it is short`() {
        var harness = Harness()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
        _ = harness.feed(head, policy: .stream(limit: nil))
        harness.answer()
        #expect(harness.machine.closing == .no)
        #expect(harness.feed("abc") == [])
        #expect(harness.feed(Self.get) == ["head", "collected "])
    }

    @Test func `a long unread body ends the connection`() {
        var harness = Harness()
        _ = harness.feed(Self.post, policy: .stream(limit: nil))
        harness.answer()
        #expect(harness.machine.closing == .lingering)
    }

    @Test func `the end of input in the middle of a request is refused`() {
        var harness = Harness()
        _ = harness.feed("GET / HT")
        #expect(harness.machine.endInput() == .refuse(.incompleteRequest))
        harness = Harness()
        _ = harness.feed(Self.post)
        #expect(harness.machine.endInput() == .refuse(.incompleteRequest))
    }

    @Test func `the end of input between requests closes`() {
        var harness = Harness()
        #expect(harness.machine.endInput() == .none)
        #expect(harness.machine.closing == .immediate)
    }

    @Test func `draining lets the last answer say so`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.machine.drain()
        harness.machine.startAnswer()
        #expect(!harness.machine.context.keepsAlive)
        harness.machine.completeAnswer(at: harness.now)
        #expect(harness.machine.closing == .lingering)
    }

    @Test func `draining closes idle connections`() {
        var harness = Harness()
        _ = harness.feed(Self.get)
        harness.answer()
        harness.wait(.seconds(1))
        harness.machine.drain()
        #expect(harness.machine.expire(at: harness.now) == .close)
    }

    @Test func `only the servers own turn counts as use`() {
        var harness = Harness()
        #expect(harness.machine.idleSince != nil)
        _ = harness.feed(Self.get)
        #expect(harness.machine.idleSince == nil)
        harness.answer()
        #expect(harness.machine.idleSince == harness.now)
        _ = harness.feed(Self.post)
        #expect(harness.machine.idleSince == harness.now)
    }
}
