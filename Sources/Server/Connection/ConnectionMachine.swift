import EventLoop
import HTTP

/// One connection as a state machine without I/O: it is told what came in, what was answered and what time it is, and
/// says what to do. Requests are answered one after the other, in order (RFC 9112 §9.3.2).
struct ConnectionMachine {
    enum Event {
        case needsInput
        /// A head; `begin` continues.
        case head(RequestMessage)
        /// A whole body; the request wants its answer.
        case collected([UInt8])
        /// More of a streamed body, or its end.
        case streamed
        /// Part of the body was taken in.
        case progress
        case refused(Refusal)
    }

    /// Where the request stands.
    enum Input {
        /// The next head is awaited or has come in part.
        case head
        /// The head is there, and the responder is asked how it wants the body.
        case planning
        case body
        /// A body that nobody wants any longer is read to its end.
        case discarding(budget: Int)
        case complete
        /// Nothing more is read of this connection.
        case over
    }

    /// Where the answer stands.
    enum Output {
        case none
        case awaited
        case started
        case complete
    }

    /// How the connection comes to its end, once the output is sent.
    enum Closing {
        case no
        /// The client may still be sending: closing right away would reset the connection and take the answer with it
        /// (RFC 9112 §9.6).
        case lingering
        case immediate
    }

    /// A body that is no longer wanted is read to its end if that is so near, in bytes.
    static let discardLimit = 64 << 10

    let configuration: HTTPServerConfiguration
    var parser: RequestParser
    var input = Input.head
    var output = Output.none
    var body: RequestBody?
    var message: RequestMessage?
    var keepsAlive = true
    /// Whether the client waits for `100 Continue`.
    var owesContinue = false
    var isDraining = false
    var hasServed = false
    /// When the present state began.
    var since: MonotonicInstant
    var inputRate: MinimumRate
    var outputRate: MinimumRate?
    /// Bytes that the system had, and the client had not, when output last had to wait.
    var queuedOutput = 0
    var halfClosedSince: MonotonicInstant?
    /// When lingering began.
    var lingerStart: MonotonicInstant?
    var closing = Closing.no

    init(configuration: HTTPServerConfiguration, at now: MonotonicInstant) {
        self.configuration = configuration
        parser = RequestParser(limits: configuration.limits)
        since = now
        inputRate = MinimumRate(at: now)
    }

    /// Whether input can be taken now.
    var wantsInput: Bool {
        guard closing == .no else { return false }
        return switch input {
        case .head: output == .none
        case .body: body?.isFull == false
        case .discarding: true
        case .planning, .complete, .over: false
        }
    }

    /// Whether the body is complete and only its end has not been told yet: that takes no further input.
    var isEndDue: Bool {
        switch input {
        case .body, .discarding: parser.remainingBody == 0
        case .head, .planning, .complete, .over: false
        }
    }

    /// Whether an answer is being worked on or sent.
    var isAnswering: Bool { output == .awaited || output == .started }

    /// Whether an answer is being worked on of which nothing has been sent.
    var awaitsAnswer: Bool { output == .awaited }

    /// Whether part of an answer may have been sent already.
    var hasStartedAnswer: Bool { output == .started }

    /// Takes in what it understands of `bytes`, from `position` on, up to the next event.
    mutating func next(_ bytes: Span<UInt8>, _ position: inout Int, at now: MonotonicInstant) -> Event {
        do {
            let isNew = parser.isBetweenRequests
            let start = position
            switch try parser.next(bytes, &position) {
            case .needsInput:
                if isNew && !parser.isBetweenRequests { since = now }
                return .needsInput
            case .head(let message):
                self.message = message
                keepsAlive = message.keepsAlive
                input = .planning
                return .head(message)
            case .announced(let count):
                owesContinue = false
                try body?.announce(count)
                return .progress
            case .body(let range):
                owesContinue = false
                inputRate.advance(by: position - start, at: now)
                return try take(bytes.extracting(range))
            case .end:
                return try endMessage(at: now)
            }
        } catch {
            return .refused(error)
        }
    }

    /// Continues after a head, now that it is known how the responder wants the body.
    /// - Parameter bodyHasBegun: whether part of the body has come; a client that sent it does not wait to continue
    ///   (RFC 9110 §10.1.1).
    /// - Returns: whether `100 Continue` is due at once.
    mutating func begin(
        _ policy: BodyPolicy,
        bodyHasBegun: Bool = false,
        at now: MonotonicInstant
    ) throws(Refusal) -> Bool {
        guard let message else { return false }
        if message.coding == .unknown { throw .unsupportedContentCoding }
        let length: Int? = if case .length(let length) = message.framing { length } else { nil }
        let body = try RequestBody(policy: policy, coding: message.coding, expected: length)
        input = .body
        inputRate = MinimumRate(at: now)
        let waits = message.expectsContinue && !bodyHasBegun
        owesContinue = waits && body.isStreamed
        if body.isStreamed { output = .awaited }
        self.body = body
        return waits && !body.isStreamed
    }

    /// Continues after the head of a request without a body: it is complete.
    mutating func beginWithoutBody(at now: MonotonicInstant) {
        parser.endWithoutBody()
        input = .complete
        output = .awaited
        since = now
    }

    /// Whether the rest of the body is known to be so short that it is read to its end.
    var isRestShort: Bool { parser.remainingBody.map { $0 <= Self.discardLimit } ?? false }

    /// Continues after a head that is answered whatever its body is.
    mutating func settle(bodyHasBegun: Bool, at now: MonotonicInstant) {
        guard let message, message.framing != .none else { return beginWithoutBody(at: now) }
        input = .body
        inputRate = MinimumRate(at: now)
        owesContinue = message.expectsContinue && !bodyHasBegun
        output = .awaited
        if !isRestShort { keepsAlive = false }
    }

    /// The client closed its sending side, and all it sent before has been taken in.
    mutating func endInput() -> Expiry {
        switch input {
        case .head where parser.isBetweenRequests, .discarding:
            close(.immediate)
            return .none
        case .head, .planning, .body: return output == .started ? .abort : .refuse(.incompleteRequest)
        case .complete, .over: return .none
        }
    }

    /// The client closed its sending side while it is being answered: it may wait for the answer or be gone.
    mutating func halfClose(at now: MonotonicInstant) {
        if halfClosedSince == nil { halfClosedSince = now }
    }

    private mutating func take(_ piece: Span<UInt8>) throws(Refusal) -> Event {
        if case .discarding(let budget) = input {
            input = .discarding(budget: budget - piece.count)
            if piece.count > budget { close(.lingering) }
            return .progress
        }
        try body?.append(piece)
        return body?.isStreamed == true ? .streamed : .progress
    }

    private mutating func endMessage(at now: MonotonicInstant) throws(Refusal) -> Event {
        since = now
        if case .discarding = input {
            input = .complete
            finishExchange(at: now)
            return .progress
        }
        input = .complete
        try body?.checkEnd()
        if body?.isStreamed == true { return .streamed }
        output = .awaited
        let bytes = try body?.take() ?? []
        body = nil
        return .collected(bytes)
    }
}
