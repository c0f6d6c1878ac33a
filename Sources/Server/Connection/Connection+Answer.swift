import EventLoop
import HTTP
import Telemetry

extension Connection {
    /// What `OPTIONS *` gets.
    var serverOptions: HTTPResponse {
        HTTPResponse(.noContent, headers: ["Allow": HTTPMethod.list(table.responder.allowedMethods)])
    }

    /// Answers a request whose body is complete.
    func answer(_ body: [UInt8]) {
        guard let request else { return }
        collected = body.count
        answer(request, .bytes(body))
    }

    func answer(_ request: any HTTPExchange, _ body: HTTPRequestBody) {
        guard let head = message?.head else { return }
        switch request.answer(body) {
        case .now(let response): deliver(response, to: head)
        case .brief(let work): start(head, work, on: loop)
        case .later(let work): start(head, work)
        }
        if inputEnded, machine.isAnswering { machine.halfClose(at: loop.now) }
    }

    func deliver(_ response: HTTPResponse, to head: HTTPRequestHead) {
        if response.isStreamed || ResponseCompression.isDue(for: response, to: head) {
            start(head) { response }
        } else {
            send(ResponseCompression.labeled(response))
        }
    }

    /// Works on the answer, or on the rest of it.
    /// - Parameter executor: where; nil is away from the loop.
    private func start(
        _ head: HTTPRequestHead,
        _ work: @escaping HTTPAnswer.Work,
        on executor: (any TaskExecutor)? = nil
    ) {
        let exchange = exchange
        task = Task(executorPreference: executor) {
            let response = ResponseCompression.apply(to: await work(), for: head)
            self.loop.execute { self.send(response, exchange: exchange) }
            guard case .stream(let write) = response.body, response.hasBody(for: head.method) else { return }
            do {
                try await write(ResponseBodyWriter(connection: self, exchange: exchange))
                self.loop.execute { self.endStream(exchange: exchange) }
            } catch {
                self.loop.execute { self.breakOff(exchange: exchange) }
            }
        }
    }

    private func send(_ response: HTTPResponse, exchange: Int) {
        guard isCurrent(exchange) else { return }
        send(response)
        advance()
    }

    private func send(_ response: HTTPResponse) {
        guard let method = message?.head.method else { return }
        table.lendBuffer(to: &output)
        // A stream that begins well may well read the body as it goes; afterwards it is too late to ask for it.
        if response.isStreamed, (200..<300).contains(response.status.code), machine.takeContinue() {
            ResponseEncoder.encodeContinue(into: &output.bytes)
        }
        machine.startAnswer()
        table.encode(response, machine.context, into: &output.bytes)
        if !response.isStreamed || !response.hasBody(for: method) { completeAnswer() }
    }

    func completeAnswer() {
        task = nil
        message = nil
        request = nil
        collected = 0
        failReader(with: CancellationError())
        machine.completeAnswer(at: loop.now)
        turn.answers += 1
    }

    /// Answers with the server's own refusal and closes; where an answer has begun, breaks it off.
    func refuse(_ refusal: Refusal) {
        table.metrics.refusals.labeled(refusal.rawValue).increment()
        guard !machine.hasStartedAnswer else { return abort() }
        let error = HTTPError(refusal.status, refusal.message)
        cancelWork(error)
        machine.startRefusal()
        var answer = refusal.response(allowed: table.responder.allowedMethods)
        if let own = request?.refusal(error) { answer.replaceContent(by: own) }
        table.encode(answer, machine.context, into: &output.bytes)
        completeAnswer()
    }

    /// Stops what works on the answer.
    func cancelWork(_ reason: any Error) {
        task?.cancel()
        task = nil
        failReader(with: reason)
        let waiters = writeWaiters
        writeWaiters = []
        for waiter in waiters { waiter.resume(throwing: CancellationError()) }
    }

    /// Whether that request is still the one being answered.
    func isCurrent(_ exchange: Int) -> Bool { !isClosed && exchange == self.exchange && machine.isAnswering }
}

extension HTTPResponse {
    /// Takes over the content and the fields of `other`; its own fields of other names stay.
    fileprivate mutating func replaceContent(by other: HTTPResponse) {
        for field in other.headers.fields { headers[field.name] = field.value }
        body = other.body
        requestID = other.requestID
    }

    var isStreamed: Bool { if case .stream = body { true } else { false } }

    /// Whether the answer to such a request carries its body (RFC 9110 §9.3.2, §15.3.5, §15.4.5).
    func hasBody(for method: HTTPMethod) -> Bool { method != .head && status != .noContent && status != 304 }
}
