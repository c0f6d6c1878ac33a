import EventLoop
import HTTP

extension ConnectionMachine {
    /// What the responder gets of a streamed body.
    enum BodyRead {
        case piece([UInt8])
        case wait
        case end
    }

    /// How the answer is to be framed. Inlined, as a call would copy the machine.
    @inline(__always)
    var context: ResponseEncoder.Context {
        ResponseEncoder.Context(
            isHead: message == nil ? parser.isHead : message?.head.method == .head,
            minorVersion: message?.minorVersion ?? 1,
            keepsAlive: keepsAlive && !isDraining
        )
    }

    mutating func readBody(at now: MonotonicInstant) throws(Refusal) -> BodyRead {
        guard body != nil else { return .end }
        let wasFull = body?.isFull == true
        let piece = try body?.take() ?? []
        if wasFull { inputRate.resume(at: now) }
        if !piece.isEmpty { return .piece(piece) }
        guard case .complete = input else { return .wait }
        try body?.checkEnd()
        return .end
    }

    /// Whether `100 Continue` is due, now that the responder wants the body.
    mutating func takeContinue() -> Bool {
        guard owesContinue, output == .awaited else { return false }
        owesContinue = false
        return true
    }

    /// An answer begins.
    mutating func startAnswer() {
        output = .started
        // A client that waits for 100 Continue may send its body or not after another answer: nobody can tell.
        if owesContinue { keepsAlive = false }
    }

    /// The server's own answer to a request that it refuses begins; it is the last one.
    mutating func startRefusal() {
        output = .started
        keepsAlive = false
        input = .over
    }

    mutating func completeAnswer(at now: MonotonicInstant) {
        output = .complete
        hasServed = true
        body = nil
        halfClosedSince = nil
        if isDraining { keepsAlive = false }
        if case .body = input {
            if keepsAlive, isRestShort {
                input = .discarding(budget: Self.discardLimit)
                inputRate = MinimumRate(at: now)
            } else {
                input = .over
            }
        }
        finishExchange(at: now)
    }

    /// Continues to the next request, or to the end, once both the request and its answer are complete.
    mutating func finishExchange(at now: MonotonicInstant) {
        guard output == .complete else { return }
        switch input {
        case .complete where keepsAlive:
            input = .head
            output = .none
            message = nil
            since = now
        case .complete, .over: close(.lingering)
        case .head, .planning, .body, .discarding: break
        }
    }

    /// The end of the answer is that of the connection, in HTTP/1.0 (RFC 9112 §6.3).
    mutating func endWithConnection() { keepsAlive = false }

    mutating func close(_ closing: Closing) {
        self.closing = closing
        input = .over
        body = nil
    }

    /// The output has been sent, and from now on input is discarded.
    mutating func linger(at now: MonotonicInstant) {
        since = now
        lingerStart = now
        outputRate = nil
    }

    /// The client still sends.
    mutating func discarded(at now: MonotonicInstant) { since = now }

    /// The server shuts down: answers in flight are the last ones.
    mutating func drain() { isDraining = true }

    /// Some output could not be sent, or still cannot.
    /// - Parameters:
    ///   - sent: bytes that the system has taken since the last time.
    ///   - queued: bytes that the system has and the client has not acknowledged: they are no progress of the client's.
    mutating func outputWaits(sent: Int, queued: Int, at now: MonotonicInstant) {
        if outputRate == nil { outputRate = MinimumRate(at: now) }
        let taken = sent + queuedOutput - queued
        if taken > 0 { outputRate?.advance(by: taken, at: now) }
        queuedOutput = queued
    }

    mutating func outputFlushed(at now: MonotonicInstant) {
        outputRate = nil
        queuedOutput = 0
        if halfClosedSince != nil { halfClosedSince = now }
    }
}
