import EventLoop
import HTTP

/// A connection's I/O: it moves bytes between the socket and the state machine, and asks the responder.
///
/// `@unchecked Sendable`: everything but the constants is touched on the loop only.
final class Connection: @unchecked Sendable {
    /// Reads in a row before other connections get their turn.
    static let readsPerTurn = 8

    /// What was done in a row for this connection.
    struct Turn {
        var reads = 0
        var answers = 0
    }

    let descriptor: Int32
    /// Names this connection to the poller.
    let token: UInt64
    /// The client's address and port.
    let peer: String
    let table: ConnectionTable
    var loop: EventLoop { table.loop }
    var machine: ConnectionMachine
    var output = OutputBuffer()
    var turn = Turn()
    /// What came in and has to wait.
    var pending = PendingInput()
    /// Counts requests, so that what comes late from the responder of an earlier one is told apart.
    var exchange = 0
    var message: RequestMessage?
    /// The request that is read or answered, once the responder wants it.
    var request: (any HTTPExchange)?
    var task: Task<Void, Never>?
    var bodyWaiter: CheckedContinuation<[UInt8]?, any Error>?
    var isBodyCancelled = false
    var writeWaiters: [CheckedContinuation<Void, any Error>] = []
    var isReadable = false
    var isWritable = true
    /// Whether the client closed its sending side.
    var inputEnded = false
    var isLingering = false
    /// Bytes of the request's body that the responder has.
    var collected = 0
    /// What the loop counts of this connection, in bytes.
    private var keptInput = 0
    private var kept = 0
    private var isAdvancing = false
    private(set) var isClosed = false

    init(descriptor: Int32, token: UInt64, peer: String, table: ConnectionTable) {
        self.descriptor = descriptor
        self.token = token
        self.peer = peer
        self.table = table
        machine = ConnectionMachine(configuration: table.configuration, at: table.loop.now)
    }

    func handle(_ readiness: Readiness) {
        if readiness.contains(.failed) || readiness.contains(.hungUp) { return close() }
        if readiness.contains(.readable) { isReadable = true }
        if readiness.contains(.writable) { isWritable = true }
        if readiness.contains(.inputEnded) {
            inputEnded = true
            if machine.isAnswering { machine.halfClose(at: loop.now) }
        }
        advance()
    }

    /// Does what is due at this time.
    func expire() {
        apply(machine.expire(at: loop.now))
        advance()
    }

    /// The server shuts down.
    func drain() {
        machine.drain()
        advance()
    }

    /// Answers 503 and closes.
    func turnAway() {
        refuse(.overloaded)
        advance()
    }

    /// Does all that can be done without waiting.
    func advance() {
        guard !isAdvancing, !isClosed else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        turn = Turn()
        repeat {
            while canTakeInput, hasInput {
                if isTurnOver {
                    flush()
                    return table.postpone(self)
                }
                if !pending.isEmpty || machine.isEndDue {
                    consumePending()
                } else if isReadable {
                    flush()
                    if canTakeInput {
                        read()
                        turn.reads += 1
                        account()
                    }
                } else {
                    apply(machine.endInput())
                }
            }
            flush()
            // Where the output was full, sending it has made room, and no event will say so.
        } while canTakeInput && hasInput
        if machine.closing != .no { finish() }
        resumeWriters()
        account()
    }

    /// Tells the loop what this connection keeps, and turns a request away that brings more than there is room for.
    private func account() {
        guard !isClosed else { return }
        let input = pending.count + (machine.body?.count ?? 0) + collected
        let isGrowing = input > keptInput
        let hasRoom = table.keep(input + output.count - kept)
        keptInput = input
        kept = input + output.count
        if isGrowing && !hasRoom { refuse(.memoryExhausted) }
    }

    /// Whether others are to be served first.
    var isTurnOver: Bool {
        turn.reads >= Self.readsPerTurn || turn.answers >= table.configuration.limits.pipelinedRequests
    }

    /// Whether there is input, or its end, to be taken in.
    private var hasInput: Bool { !pending.isEmpty || machine.isEndDue || isReadable || inputEnded }

    /// Whether the machine wants input and the client takes its answers.
    var canTakeInput: Bool { !isClosed && machine.wantsInput && output.count < OutputBuffer.highWater }

    func apply(_ expiry: ConnectionMachine.Expiry) {
        switch expiry {
        case .none: break
        case .close: close()
        case .refuse(let refusal): refuse(refusal)
        case .abort: abort()
        }
    }

    func close() { end(SystemSocket.close) }

    /// Breaks the connection off: the client must not take what it has for the whole.
    func abort() { end(SystemSocket.abort) }

    private func end(_ closeDescriptor: (Int32) -> Void) {
        guard !isClosed else { return }
        isClosed = true
        if machine.awaitsAnswer { request?.abandon(ago: machine.halfClosedSince.map { loop.now - $0 } ?? .zero) }
        request = nil
        closeDescriptor(descriptor)
        cancelWork(CancellationError())
        _ = table.keep(-kept)
        table.remove(self)
    }
}
