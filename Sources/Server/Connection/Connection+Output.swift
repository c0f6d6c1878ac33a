import EventLoop

extension Connection {
    /// Sends as much as the client takes now.
    func flush() {
        guard !isClosed, !output.isEmpty, isWritable else { return }
        switch output.flush(to: descriptor) {
        case .done:
            machine.outputFlushed(at: loop.now)
            table.takeBuffer(from: &output)
        case .waits(let sent):
            isWritable = false
            machine.outputWaits(sent: sent, queued: SystemSocket.queuedOutput(descriptor), at: loop.now)
        case .failed: close()
        }
    }

    /// Looks whether the client has taken something of what waits for it: that shows long before there is room for more.
    func observeOutput() {
        guard machine.outputRate != nil else { return }
        machine.outputWaits(sent: 0, queued: SystemSocket.queuedOutput(descriptor), at: loop.now)
    }

    /// Ends the connection once the output is sent.
    func finish() {
        guard !isClosed, output.isEmpty else { return }
        if machine.closing == .immediate { return close() }
        if !isLingering {
            isLingering = true
            machine.linger(at: loop.now)
            SystemSocket.endOutput(descriptor)
        }
        discardInput()
    }

    private func discardInput() {
        pending.removeAll()
        var reads = 0
        while isReadable, !isClosed {
            reads += 1
            if reads > Self.readsPerTurn { return table.postpone(self) }
            table.withReadBuffer { buffer in
                switch SystemSocket.receive(descriptor, into: buffer) {
                case .bytes(0), .failed: close()
                case .bytes: machine.discarded(at: loop.now)
                case .wouldBlock: isReadable = false
                }
            }
        }
        if inputEnded { close() }
    }
}
