import HTTP
import Telemetry

/// A connection's I/O: it moves bytes between the socket and the state machine, and asks the responder.
///
/// `@unchecked Sendable`: everything but the constants is touched on the loop's queue only.
final class Connection: @unchecked Sendable {
    /// Reads in a row before other connections get their turn.
    private static let readsPerTurn = 8

    let descriptor: Int32
    let token: UInt64
    let peer: String
    unowned let loop: EventLoop
    var machine: ConnectionMachine
    var output = OutputBuffer()
    /// Counts requests, so that what comes late from the responder of an earlier one is told apart.
    private(set) var exchange = 0
    var bodyWaiter: CheckedContinuation<[UInt8]?, any Error>?
    var writeWaiters: [CheckedContinuation<Void, any Error>] = []
    var isBodyCancelled = false

    private var message: RequestMessage?
    private var task: Task<Void, Never>?
    private var pending: [UInt8] = []
    private var pendingOffset = 0
    private var isReadable = false
    private var isWritable = true
    private var inputEnded = false
    private var isLingering = false
    private var isAdvancing = false
    private(set) var isClosed = false

    init(descriptor: Int32, token: UInt64, peer: String, loop: EventLoop) {
        self.descriptor = descriptor
        self.token = token
        self.peer = peer
        self.loop = loop
        machine = ConnectionMachine(configuration: loop.configuration, at: loop.now)
    }

    // MARK: Events of the loop

    func handle(_ readiness: Readiness) {
        if readiness.contains(.failed) { return close() }
        if readiness.contains(.readable) { isReadable = true }
        if readiness.contains(.writable) { isWritable = true }
        if readiness.contains(.inputEnded) {
            inputEnded = true
            if machine.isAnswering { machine.halfClose(at: loop.now) }
        }
        advance()
    }

    func expire() {
        apply(machine.expire(at: loop.now))
        advance()
    }

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
        var reads = 0
        while !isClosed {
            if machine.isClosing { return finish() }
            guard machine.wantsInput, output.count < OutputBuffer.highWater else { break }
            if pendingOffset < pending.count {
                consumePending()
            } else if isReadable {
                guard flush() else { return }
                reads += 1
                if reads > Self.readsPerTurn { return loop.postpone(self) }
                read()
            } else if inputEnded {
                apply(machine.endInput())
            } else {
                break
            }
        }
        if machine.isClosing && !isClosed { return finish() }
        _ = flush()
        resumeWriters()
    }

    // MARK: Input

    private func read() {
        loop.withReadBuffer { buffer in
            switch SystemSocket.receive(descriptor, into: buffer) {
            case .bytes(0):
                inputEnded = true
                isReadable = false
            case .bytes(let count):
                // A short read has emptied the socket; the next arrival is an event of its own.
                if count < buffer.count && !inputEnded { isReadable = false }
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                let position = consume(bytes.bindMemory(to: UInt8.self).span)
                if position < count { pending = Array(bytes[position...]) }
            case .wouldBlock: isReadable = false
            case .failed: close()
            }
        }
    }

    private func consumePending() {
        var bytes: [UInt8] = []
        swap(&bytes, &pending)
        pendingOffset += consume(bytes.span.extracting(pendingOffset..<bytes.count))
        if pendingOffset == bytes.count {
            pendingOffset = 0
        } else {
            pending = bytes
        }
    }

    /// - Returns: how far the input was taken in.
    private func consume(_ input: Span<UInt8>) -> Int {
        var position = 0
        while !isClosed, machine.wantsInput, output.count < OutputBuffer.highWater {
            switch machine.next(input, &position, at: loop.now) {
            case .needsInput: return position
            case .head(let message): begin(message)
            case .collected(let body): answer(body)
            case .streamed: resumeReader()
            case .progress: break
            case .refused(let refusal): refuse(refusal)
            }
        }
        return position
    }

    private func begin(_ message: RequestMessage) {
        exchange += 1
        isBodyCancelled = false
        self.message = message
        let policy = message.isServerWide ? .collect(limit: 0) : loop.responder.bodyPolicy(for: message.head)
        do {
            let plan = try machine.begin(policy, at: loop.now)
            if plan.sendsContinue {
                ResponseEncoder.encodeContinue(into: &output.bytes)
                _ = flush()
            }
            if plan.isStreamed {
                let body = RequestBodyReader(connection: self, exchange: exchange)
                start(HTTPRequest(head: message.head, body: .stream(body.stream), peer: peer))
            }
        } catch {
            refuse(error)
        }
    }

    // MARK: Answers

    private func answer(_ body: [UInt8]) {
        guard let message else { return }
        if message.isServerWide {
            let methods = HTTPMethod.allCases.map(\.rawValue).joined(separator: ", ")
            return send(HTTPResponse(.noContent, headers: ["Allow": methods]))
        }
        let request = HTTPRequest(head: message.head, body: .bytes(body), peer: peer)
        if let response = loop.responder.respondNow(to: request) {
            if ResponseCompression.applies(to: response) || response.isStreamed {
                start(request, response: response)
            } else {
                send(response)
            }
        } else {
            start(request)
        }
    }

    /// Works on the answer away from the loop.
    private func start(_ request: HTTPRequest, response ready: HTTPResponse? = nil) {
        let exchange = exchange
        let responder = loop.responder
        task = Task {
            let answer = if let ready { ready } else { await responder.respond(to: request) }
            let response = ResponseCompression.apply(to: answer, for: request.head)
            self.loop.execute { self.send(response, exchange: exchange) }
            guard case .stream(let write) = response.body, request.head.method != .head else { return }
            do {
                try await write(ResponseBodyWriter(connection: self, exchange: exchange))
                self.loop.execute { self.endStream(exchange: exchange) }
            } catch {
                self.loop.execute { self.breakOff(exchange: exchange) }
            }
        }
        if inputEnded { machine.halfClose(at: loop.now) }
    }

    private func send(_ response: HTTPResponse, exchange: Int) {
        guard isCurrent(exchange) else { return }
        send(response)
        advance()
    }

    private func send(_ response: HTTPResponse) {
        machine.startAnswer()
        loop.borrowBuffer(for: &output)
        loop.encoder.encode(response, machine.context, into: &output.bytes)
        if !response.isStreamed || machine.context.isHead { completeAnswer() }
    }

    private func completeAnswer() {
        task = nil
        message = nil
        failReader(with: CancellationError())
        machine.completeAnswer(at: loop.now)
    }

    /// Answers with the server's own refusal and closes.
    private func refuse(_ refusal: Refusal) {
        loop.metrics.refusals.labeled(refusal.rawValue).increment()
        cancelWork()
        machine.refuse(at: loop.now)
        loop.encoder.encode(refusal.response, machine.context, into: &output.bytes)
        machine.completeAnswer(at: loop.now)
    }

    private func apply(_ expiry: ConnectionMachine.Expiry) {
        switch expiry {
        case .none: break
        case .close: if machine.isClosing { isLingering ? close() : finish() } else { machine.close() }
        case .refuse(let refusal): refuse(refusal)
        case .abort: abort()
        }
    }

    // MARK: Streams

    /// Whether that request is still the one being answered.
    func isCurrent(_ exchange: Int) -> Bool { !isClosed && exchange == self.exchange && machine.isAnswering }

    func write(_ bytes: [UInt8], exchange: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        guard isCurrent(exchange), let message else { return continuation.resume(throwing: CancellationError()) }
        if message.minorVersion > 0 {
            ResponseEncoder.encodeChunk(bytes, into: &output.bytes)
        } else {
            output.bytes += bytes
        }
        writeWaiters.append(continuation)
        advance()
    }

    private func endStream(exchange: Int) {
        guard isCurrent(exchange), let message else { return }
        if message.minorVersion > 0 {
            ResponseEncoder.encodeLastChunk(into: &output.bytes)
        } else {
            machine.endWithConnection()
        }
        completeAnswer()
        advance()
    }

    private func breakOff(exchange: Int) {
        guard isCurrent(exchange) else { return }
        abort()
    }

    func readBody(exchange: Int, _ continuation: CheckedContinuation<[UInt8]?, any Error>) {
        guard isCurrent(exchange), !isBodyCancelled, bodyWaiter == nil else {
            return continuation.resume(throwing: CancellationError())
        }
        bodyWaiter = continuation
        if machine.takeContinue() { ResponseEncoder.encodeContinue(into: &output.bytes) }
        resumeReader()
        advance()
    }

    func cancelRead(exchange: Int) {
        guard exchange == self.exchange else { return }
        isBodyCancelled = true
        failReader(with: CancellationError())
    }

    private func resumeReader() {
        guard let waiter = bodyWaiter else { return }
        do {
            switch try machine.readBody(at: loop.now) {
            case .wait: return
            case .piece(let piece):
                bodyWaiter = nil
                waiter.resume(returning: piece)
            case .end:
                bodyWaiter = nil
                waiter.resume(returning: nil)
            }
        } catch {
            refuse(error)
        }
    }

    private func failReader(with error: any Error) {
        bodyWaiter?.resume(throwing: error)
        bodyWaiter = nil
    }

    private func resumeWriters() {
        guard !writeWaiters.isEmpty, output.count < OutputBuffer.highWater else { return }
        let waiters = writeWaiters
        writeWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    // MARK: Output and end

    /// - Returns: false when the connection is gone.
    private func flush() -> Bool {
        guard !isClosed else { return false }
        guard !output.isEmpty, isWritable else { return true }
        switch output.flush(to: descriptor) {
        case .done:
            machine.outputFlushed()
            loop.returnBuffer(of: &output)
            return true
        case .waits(let sent):
            isWritable = false
            machine.outputWaits(sent: sent, at: loop.now)
            return true
        case .failed:
            close()
            return false
        }
    }

    /// Sends what is left, then lets the client read it before the socket goes: closing with unread input would reset
    /// the connection and take the answer with it (RFC 9112 §9.6).
    private func finish() {
        guard flush(), output.isEmpty else { return }
        if !isLingering {
            isLingering = true
            machine.linger(at: loop.now)
            SystemSocket.endOutput(descriptor)
        }
        discardInput()
    }

    private func discardInput() {
        pending = []
        var reads = 0
        while isReadable, !isClosed, !inputEnded || reads < Self.readsPerTurn {
            reads += 1
            if reads > Self.readsPerTurn { return loop.postpone(self) }
            loop.withReadBuffer { buffer in
                switch SystemSocket.receive(descriptor, into: buffer) {
                case .bytes(0), .failed: close()
                case .bytes: break
                case .wouldBlock: isReadable = false
                }
            }
        }
        if inputEnded && !isReadable { close() }
    }

    private func cancelWork() {
        task?.cancel()
        task = nil
        failReader(with: CancellationError())
        let waiters = writeWaiters
        writeWaiters = []
        for waiter in waiters { waiter.resume(throwing: CancellationError()) }
    }

    /// Breaks the connection off: the client must not take what it has for the whole.
    func abort() { end(SystemSocket.abort) }

    func close() { end { SystemSocket.close($0) } }

    private func end(_ closeDescriptor: (Int32) -> Void) {
        guard !isClosed else { return }
        isClosed = true
        closeDescriptor(descriptor)
        cancelWork()
        loop.remove(self)
    }
}

extension HTTPResponse {
    var isStreamed: Bool { if case .stream = body { true } else { false } }
}
