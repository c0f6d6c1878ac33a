package import EventLoop
package import HTTP
package import Logging
import Synchronization
package import Telemetry

/// An HTTP/1.1 server (RFC 9110, RFC 9112) on event loops that are handed in.
package final class HTTPServer: Sendable {
    private enum State {
        case initial
        case running(Running)
        case ended([ConnectionTable])
    }

    private struct Running: Sendable {
        var listener: Listener
        var tables: [ConnectionTable]
    }

    private struct Guarded {
        var state = State.initial
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let configuration: HTTPServerConfiguration
    private let loops: [EventLoop]
    private let responder: any Responder
    private let metrics: ServerMetrics
    private let logger: Logger
    private let guarded = Mutex(Guarded())

    /// - Parameter loops: connections are spread over them; at least one. They are to outlive the server.
    package init(
        configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
        loops: [EventLoop],
        responder: any Responder,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.configuration = configuration
        self.loops = loops
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
        let tables = loops.map { loop in
            ConnectionTable(
                loop: loop,
                configuration: configuration,
                connectionLimit: max(1, configuration.limits.connections / loops.count),
                bufferLimit: configuration.limits.bufferedBytes / loops.count,
                responder: responder,
                metrics: metrics
            )
        }
        let listener = try Listener(configuration, tables: tables, logger: logger)
        for table in tables { table.loop.execute { table.open() } }
        guarded.withLock { $0.state = .running(Running(listener: listener, tables: tables)) }
        await loops[0].run { listener.open() }
        return listener.port
    }

    /// Closes the listener and idle connections at once, lets requests in flight finish, and returns when all
    /// connections are closed; what is left after `grace` is broken off. Called again, it can only shorten that.
    package func shutdown(grace: Duration) async {
        let deadline = MonotonicInstant.now + grace
        let before = guarded.withLock { guarded in
            let before = guarded.state
            switch before {
            case .running(let running): guarded.state = .ended(running.tables)
            case .initial:
                guarded.state = .ended([])
                guarded.isOver = true
            case .ended: break
            }
            return before
        }
        guard case .running(let running) = before else {
            if case .ended(let tables) = before {
                for table in tables { table.loop.execute { table.shortenDrain(to: deadline) } }
            }
            return await waitForEnd()
        }
        await loops[0].run { running.listener.close() }
        await withTaskGroup { group in
            for table in running.tables {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        table.loop.execute { table.shutDown(by: deadline) { continuation.resume() } }
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
