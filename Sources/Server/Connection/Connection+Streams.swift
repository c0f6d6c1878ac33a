import EventLoop
import HTTP

extension Connection {
    /// Sends a piece of a streamed answer; the continuation resumes when there is room for more.
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

    func endStream(exchange: Int) {
        guard isCurrent(exchange), let message else { return }
        if message.minorVersion > 0 {
            ResponseEncoder.encodeLastChunk(into: &output.bytes)
        } else {
            machine.endWithConnection()
        }
        completeAnswer()
        advance()
    }

    /// The responder failed in the middle of its answer.
    func breakOff(exchange: Int) {
        guard isCurrent(exchange) else { return }
        abort()
    }

    /// Gives the continuation the next piece of the request's body as soon as there is one.
    func readBody(exchange: Int, _ continuation: CheckedContinuation<[UInt8]?, any Error>) {
        guard isCurrent(exchange), !isBodyCancelled, bodyWaiter == nil else {
            return continuation.resume(throwing: CancellationError())
        }
        bodyWaiter = continuation
        if machine.takeContinue() { ResponseEncoder.encodeContinue(into: &output.bytes) }
        resumeReader()
        advance()
    }

    /// The responder's task was cancelled while it read.
    func cancelRead(exchange: Int) {
        guard exchange == self.exchange else { return }
        isBodyCancelled = true
        failReader(with: CancellationError())
    }

    func resumeReader() {
        guard let waiter = bodyWaiter else { return }
        do throws(Refusal) {
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

    func failReader(with error: @autoclosure () -> any Error) {
        guard let waiter = bodyWaiter else { return }
        bodyWaiter = nil
        waiter.resume(throwing: error())
    }

    /// Lets the responder continue once the client has taken enough.
    func resumeWriters() {
        guard !writeWaiters.isEmpty, output.count < OutputBuffer.highWater else { return }
        let waiters = writeWaiters
        writeWaiters = []
        for waiter in waiters { waiter.resume() }
    }
}
