import HTTP

/// One connection as a state machine without I/O: it is told what came in, what was answered and what time it is, and
/// says what to do. Requests are answered one after the other, in order (RFC 9112 §9.3.2).
struct ConnectionMachine {
    enum Event {
        case needsInput
        /// A head; `begin` goes on.
        case head(RequestMessage)
        /// A whole body; the request wants its answer.
        case collected([UInt8])
        /// More of a streamed body, or its end.
        case streamed
        /// Part of the body was taken in.
        case progress
        case refused(Refusal)
    }

    /// What is to be done once the responder said how it wants the body.
    struct Plan {
        var sendsContinue: Bool
        var isStreamed: Bool
    }

    /// What is to be done because time has run out.
    enum Expiry {
        case none
        case close
        /// To be answered so, then closed.
        case refuse(Refusal)
        case abort
    }

    private enum Input {
        case head
        case planning
        case body
        case discarding(budget: Int)
        case complete
        case over
    }

    private enum Output {
        case none
        case awaited
        case started
        case complete
    }

    /// A body that is no longer wanted is read to its end if that is so near, in bytes.
    private static let discardLimit = 64 << 10
    /// A connection that was in use so lately may have a request on its way when the server shuts down.
    private static let lastRequestGrace = Duration.milliseconds(100)

    private let configuration: HTTPServerConfiguration
    private var parser: RequestParser
    private var input = Input.head
    private var output = Output.none
    private var body: RequestBody?
    private var message: RequestMessage?
    private var keepsAlive = true
    private var owesContinue = false
    private var isDraining = false
    private var hasServed = false
    /// When the state that has a deadline of its own began.
    private var since: MonotonicInstant
    private var pace: Pace
    private var writePace: Pace?
    private var halfClosedSince: MonotonicInstant?
    private(set) var isClosing = false

    init(configuration: HTTPServerConfiguration, at now: MonotonicInstant) {
        self.configuration = configuration
        parser = RequestParser(limits: configuration.limits)
        since = now
        pace = Pace(at: now)
    }

    /// Whether input can be taken now.
    var wantsInput: Bool {
        guard !isClosing else { return false }
        return switch input {
        case .head: output == .none
        case .body: body?.isFull == false
        case .discarding: true
        case .planning, .complete, .over: false
        }
    }

    /// Whether a request has begun to arrive or is being answered.
    var isBusy: Bool {
        if case .head = input { return !parser.isBetweenRequests || output != .none }
        return true
    }

    /// Whether an answer is being worked on or sent.
    var isAnswering: Bool { output == .awaited || output == .started }

    /// How the answer is to be framed.
    var context: ResponseEncoder.Context {
        ResponseEncoder.Context(
            isHead: message?.head.method == .head,
            minorVersion: message?.minorVersion ?? 1,
            keepsAlive: keepsAlive && !isDraining && !isClosing
        )
    }

    // MARK: Input

    mutating func next(_ bytes: Span<UInt8>, _ position: inout Int, at now: MonotonicInstant) -> Event {
        do {
            let wasBetweenRequests = parser.isBetweenRequests
            let first = position
            let event = try parser.next(bytes, &position)
            switch event {
            case .needsInput:
                if wasBetweenRequests && !parser.isBetweenRequests { since = now }
                return .needsInput
            case .head(let message):
                self.message = message
                keepsAlive = message.keepsAlive
                input = .planning
                return .head(message)
            case .body(let range):
                pace.advance(by: position - first, at: now)
                return try take(bytes.extracting(range))
            case .end:
                return try end(at: now)
            }
        } catch {
            return .refused(error)
        }
    }

    /// Goes on after a head.
    mutating func begin(_ policy: BodyPolicy, at now: MonotonicInstant) throws(Refusal) -> Plan {
        guard let message else { return Plan(sendsContinue: false, isStreamed: false) }
        let limit: Int? =
            switch policy {
            case .collect(let limit): limit
            case .stream(let limit): limit
            }
        if case .length(let length) = message.framing, let limit, length > limit { throw .bodyTooLarge }
        let body = try RequestBody(policy: policy, coding: message.coding)
        self.body = body
        input = .body
        pace = Pace(at: now)
        owesContinue = message.expectsContinue && body.isStreamed
        if body.isStreamed { output = .awaited }
        return Plan(sendsContinue: message.expectsContinue && !body.isStreamed, isStreamed: body.isStreamed)
    }

    private mutating func take(_ piece: Span<UInt8>) throws(Refusal) -> Event {
        switch input {
        case .discarding(let budget):
            guard piece.count <= budget else {
                keepsAlive = false
                input = .over
                close()
                return .progress
            }
            input = .discarding(budget: budget - piece.count)
            return .progress
        case .body:
            try body?.append(piece)
            return body?.isStreamed == true ? .streamed : .progress
        case .head, .planning, .complete, .over:
            return .progress
        }
    }

    private mutating func end(at now: MonotonicInstant) throws(Refusal) -> Event {
        let wasDiscarding = if case .discarding = input { true } else { false }
        input = .complete
        since = now
        if wasDiscarding {
            finishIfComplete(at: now)
            return .progress
        }
        guard var body else { return .progress }
        try body.checkEnd()
        if body.isStreamed { return .streamed }
        self.body = nil
        output = .awaited
        return .collected(try body.take())
    }

    /// What the responder reads of a streamed body.
    enum BodyRead {
        case piece([UInt8])
        case wait
        case end
    }

    mutating func readBody(at now: MonotonicInstant) throws(Refusal) -> BodyRead {
        guard body != nil else { return .end }
        let wasFull = body?.isFull == true
        let piece = try body?.take() ?? []
        if wasFull { pace.resume(at: now) }
        if !piece.isEmpty { return .piece(piece) }
        if case .complete = input {
            try body?.checkEnd()
            return .end
        }
        return .wait
    }

    /// Whether `100 Continue` is due, now that the responder wants the body.
    mutating func takeContinue() -> Bool {
        guard owesContinue, output == .awaited else { return false }
        owesContinue = false
        return true
    }

    /// The client closed its sending side; all it sent before has been taken in.
    mutating func endInput() -> Expiry {
        switch input {
        case .head where parser.isBetweenRequests:
            close()
            return .close
        case .head, .planning: return .refuse(.malformedRequestLine)
        case .body:
            return output == .started ? .abort : .refuse(.malformedRequestLine)
        case .discarding:
            close()
            return .close
        case .complete, .over: return .none
        }
    }

    /// The client closed its sending side; an answer is still on its way.
    mutating func halfClose(at now: MonotonicInstant) {
        if halfClosedSince == nil { halfClosedSince = now }
    }

    // MARK: Output

    /// An answer begins. The server's own refusals end the connection.
    mutating func startAnswer() {
        output = .started
        // A client that waits for 100 Continue may send its body or not after another answer: nobody can tell.
        if owesContinue { keepsAlive = false }
        halfClosedSince = nil
    }

    mutating func refuse(at now: MonotonicInstant) {
        keepsAlive = false
        input = .over
        output = .started
        body = nil
    }

    mutating func completeAnswer(at now: MonotonicInstant) {
        output = .complete
        hasServed = true
        body = nil
        if isDraining { keepsAlive = false }
        if case .body = input {
            if keepsAlive, let remaining = parser.remainingBody ?? Optional(0), remaining <= Self.discardLimit {
                input = .discarding(budget: Self.discardLimit)
                pace = Pace(at: now)
            } else {
                keepsAlive = false
                input = .over
            }
        }
        finishIfComplete(at: now)
    }

    private mutating func finishIfComplete(at now: MonotonicInstant) {
        guard output == .complete else { return }
        switch input {
        case .complete where keepsAlive:
            input = .head
            output = .none
            message = nil
            since = now
        case .complete, .over: close()
        case .head, .planning, .body, .discarding: break
        }
    }

    /// The end of the connection is that of the answer (RFC 9112 §6.3).
    mutating func endWithConnection() { keepsAlive = false }

    /// No further request is served; what is in the output is still sent.
    mutating func close() {
        isClosing = true
        input = .over
    }

    /// The output has been sent and input is discarded from now on.
    mutating func linger(at now: MonotonicInstant) {
        since = now
        writePace = nil
    }

    /// The server shuts down: answers in flight are the last ones.
    mutating func drain() { isDraining = true }

    /// Some output could not be sent.
    mutating func outputWaits(sent: Int, at now: MonotonicInstant) {
        if writePace == nil {
            writePace = Pace(at: now)
        } else if sent > 0 {
            writePace?.advance(by: sent, at: now)
        }
    }

    mutating func outputFlushed() { writePace = nil }

    // MARK: Time

    /// When `expire` has to be asked.
    var deadline: MonotonicInstant {
        let timeouts = configuration.timeouts
        if let writePace {
            return writePace.deadline(
                bytesPerSecond: timeouts.bodyBytesPerSecond,
                grace: timeouts.writeStall,
                stall: timeouts.writeStall
            )
        }
        if isClosing { return since + timeouts.linger }
        return min(inputDeadline, halfClosedSince.map { $0 + timeouts.halfClosed } ?? .distantFuture)
    }

    private var inputDeadline: MonotonicInstant {
        let timeouts = configuration.timeouts
        switch input {
        case .head:
            guard parser.isBetweenRequests else { return since + timeouts.header }
            if isDraining { return since + Self.lastRequestGrace }
            return since + (hasServed ? timeouts.idle : timeouts.header)
        case .body, .discarding:
            if body?.isFull == true { return .distantFuture }
            return pace.deadline(
                bytesPerSecond: timeouts.bodyBytesPerSecond,
                grace: timeouts.bodyGrace,
                stall: timeouts.bodyStall
            )
        case .planning, .over: return .distantFuture
        case .complete: return output == .awaited ? since + timeouts.response : .distantFuture
        }
    }

    /// What to do at this time.
    mutating func expire(at now: MonotonicInstant) -> Expiry {
        guard now >= deadline else { return .none }
        if writePace != nil { return .abort }
        if isClosing { return .close }
        if halfClosedSince != nil, output != .none { return .abort }
        switch input {
        case .head where parser.isBetweenRequests: return .close
        case .complete: return .refuse(.responseTimeout)
        case .discarding: return .close
        case .head, .planning, .body, .over: return output == .started ? .abort : .refuse(.timeout)
        }
    }

    /// How long this connection has kept others waiting for its place: since when it has been idle or been sending a
    /// head; nil when it may not be closed to make room.
    var evictableSince: MonotonicInstant? {
        guard case .head = input, output == .none, !isClosing else { return nil }
        return since
    }
}
