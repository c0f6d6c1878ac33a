import EventLoop
import HTTP

extension Connection {
    func read() {
        table.withReadBuffer { buffer in
            switch SystemSocket.receive(descriptor, into: buffer) {
            case .bytes(0):
                inputEnded = true
                isReadable = false
            case .bytes(let count):
                // A short read has emptied the socket; the next arrival is an event of its own.
                if count < buffer.count && !inputEnded { isReadable = false }
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count]).bindMemory(to: UInt8.self)
                let position = consume(bytes.span, from: 0)
                if position < count { pending.store(bytes.span.extracting(position..<count)) }
            case .wouldBlock: isReadable = false
            case .failed: close()
            }
        }
    }

    func consumePending() {
        let (bytes, offset) = pending.take()
        let position = consume(bytes.span, from: offset)
        pending.restore(bytes, from: position)
    }

    /// - Returns: how far the input was taken in.
    private func consume(_ input: Span<UInt8>, from start: Int) -> Int {
        var position = start
        while position < input.count || machine.isEndDue, canTakeInput, !isTurnOver {
            switch machine.next(input, &position, at: loop.now) {
            case .needsInput: return position
            case .head(let message): begin(message, bodyHasBegun: position < input.count)
            case .collected(let body): answer(body)
            case .streamed: resumeReader()
            case .progress: break
            case .refused(let refusal): refuse(refusal)
            }
        }
        return position
    }

    private func begin(_ message: RequestMessage, bodyHasBegun: Bool) {
        exchange += 1
        isBodyCancelled = false
        self.message = message
        let verdict =
            message.isServerWide ? .settled(serverOptions) : table.responder.receive(message.head, from: peer)
        switch verdict {
        case .settled(let response):
            machine.settle(bodyHasBegun: bodyHasBegun, at: loop.now)
            deliver(response, to: message.head)
        case .wanted(let request):
            self.request = request
            begin(message, request, bodyHasBegun: bodyHasBegun)
        }
    }

    private func begin(_ message: RequestMessage, _ request: any HTTPExchange, bodyHasBegun: Bool) {
        if message.framing == .none {
            machine.beginWithoutBody(at: loop.now)
            return answer(request, .bytes([]))
        }
        let policy = request.bodyPolicy
        do throws(Refusal) {
            if try machine.begin(policy, bodyHasBegun: bodyHasBegun, at: loop.now) {
                ResponseEncoder.encodeContinue(into: &output.bytes)
                flush()
            }
            guard case .stream = policy else { return }
            answer(request, .stream(RequestBodyReader(connection: self, exchange: exchange).stream))
        } catch {
            refuse(error)
        }
    }
}
