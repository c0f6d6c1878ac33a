package import HTTP
package import Logging
import Synchronization
package import Telemetry

/// An HTTP/1.1 server (RFC 9110, RFC 9112) on event loops of its own.
package final class HTTPServer: Sendable {
    private enum State {
        case initial
        case running(Running)
        case ended
    }

    private struct Running: Sendable {
        var listener: Listener
        var loops: [EventLoop]
    }

    private struct Guarded {
        var state = State.initial
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let configuration: HTTPServerConfiguration
    private let responder: any Responder
    private let metrics: ServerMetrics
    private let logger: Logger
    private let guarded = Mutex(Guarded())

    package init(
        configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
        responder: any Responder,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.configuration = configuration
        self.responder = responder
        self.metrics = ServerMetrics(metrics)
        self.logger = logger
    }

    /// Starts, unless `start()` has, and serves until `shutdown(grace:)` or cancellation, which shuts down with the
    /// configured grace.
    /// - Throws: `SystemError` when the address cannot be bound.
    package func run() async throws {
        let isInitial = guarded.withLock { if case .initial = $0.state { true } else { false } }
        if isInitial { try await start() }
        await withTaskCancellationHandler {
            await waitForEnd()
        } onCancel: {
            Task { await self.shutdown(grace: self.configuration.shutdownGrace) }
        }
    }

    /// Binds the address and begins to serve. To be called once.
    /// - Returns: the port, chosen by the system if the configured one is 0.
    /// - Throws: `SystemError` when the address cannot be bound.
    @discardableResult
    package func start() async throws -> Int {
        let descriptors = SystemSocket.raiseDescriptorLimit()
        let count = max(1, configuration.eventLoopCount ?? Processors.available)
        // Descriptors are left for all else that the process does.
        let limit = max(1, min(configuration.limits.connections, descriptors - min(256, descriptors / 4)))
        let loops = try (0..<count).map { index in
            try EventLoop(
                label: "embed-star.loop-\(index)",
                configuration: configuration,
                connectionLimit: (limit + count - 1) / count,
                bufferLimit: configuration.limits.bufferedBytes / count,
                responder: responder,
                metrics: metrics
            )
        }
        let listener = try Listener(
            host: configuration.host,
            port: configuration.port,
            loops: loops,
            logger: logger
        )
        for loop in loops { loop.start() }
        guarded.withLock { $0.state = .running(Running(listener: listener, loops: loops)) }
        listener.start()
        return listener.port
    }

    /// Closes the listener and idle connections at once, lets requests in flight finish, and returns when all
    /// connections are closed; what is left after `grace` is broken off.
    package func shutdown(grace: Duration) async {
        let running = guarded.withLock { guarded -> Running? in
            defer { guarded.state = .ended }
            switch guarded.state {
            case .running(let running): return running
            case .initial: guarded.isOver = true
            case .ended: break
            }
            return nil
        }
        guard let running else { return await waitForEnd() }
        let deadline = MonotonicInstant.now + grace
        await running.listener.close()
        await withTaskGroup { group in
            for loop in running.loops {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        loop.shutDown(by: deadline) { continuation.resume() }
                    }
                }
            }
        }
        let waiters = guarded.withLock { guarded in
            guarded.isOver = true
            defer { guarded.waiters = [] }
            return guarded.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// One of its loops, while it runs: for others whose work belongs on the same thread as the requests it is done for.
    package var loop: EventLoop? {
        guarded.withLock { if case .running(let running) = $0.state { running.loops.first } else { nil } }
    }

    private func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let isOver = guarded.withLock { guarded in
                if !guarded.isOver { guarded.waiters.append(continuation) }
                return guarded.isOver
            }
            if isOver { continuation.resume() }
        }
    }
}
