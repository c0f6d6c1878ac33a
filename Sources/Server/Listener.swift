import EventLoop
import Logging

/// Accepts connections on one of the loops and hands them to the tables in turn.
///
/// `@unchecked Sendable`: everything but the constants is touched on its loop only.
final class Listener: EventLoopTenant, @unchecked Sendable {
    /// Connections that the system accepts for us beforehand.
    private static let backlog: Int32 = 4096
    /// Connections accepted before other work of the loop gets its turn.
    private static let acceptsPerTurn = 256
    /// How long to wait for descriptors to come free.
    private static let pause = Duration.milliseconds(50)
    /// How long to wait for a loop to catch up.
    private static let breath = Duration.milliseconds(1)

    /// 0 at a Unix socket.
    let port: Int
    private let path: String?
    private let descriptor: Int32
    private let tables: [ConnectionTable]
    private let logger: Logger
    private let loop: EventLoop
    private var id: TenantID?
    private var turn = 0
    /// Until when nothing is accepted.
    private var pausedUntil: MonotonicInstant?

    init(_ configuration: HTTPServerConfiguration, tables: [ConnectionTable], logger: Logger) throws(SystemError) {
        path = configuration.socketPath
        if let path {
            descriptor = try SystemSocket.listen(path: path, mode: configuration.socketMode, backlog: Self.backlog)
            port = 0
        } else {
            let (host, port) = (configuration.host, configuration.port)
            (descriptor, self.port) = try SystemSocket.listen(host: host, port: port, backlog: Self.backlog)
        }
        self.tables = tables
        self.logger = logger
        loop = tables[0].loop
    }

    /// To be called on the loop.
    func open() {
        id = loop.admit(self)
        if let id { watch(id) }
    }

    /// Takes what the system has already accepted, then closes. To be called on the loop.
    func close() {
        guard let id else { return }
        self.id = nil
        loop.unwatch(descriptor)
        loop.dismiss(id)
        accept(atMost: .max, isLast: true)
        SystemSocket.close(descriptor)
        if let path { SystemSocket.remove(path: path) }
    }

    func handle(_ readiness: Readiness, of token: UInt64) {
        guard id != nil, pausedUntil == nil else { return }
        accept(atMost: Self.acceptsPerTurn)
    }

    func endTurn() {
        guard let id, let time = pausedUntil, time <= loop.now else { return }
        pausedUntil = nil
        watch(id)
    }

    var wakeTime: MonotonicInstant { pausedUntil ?? .distantFuture }

    var expectsInput: Bool { false }

    func loopEnded() { close() }

    /// - Parameter isLast: whether connections that there is no room for are closed rather than left for later.
    private func accept(atMost limit: Int, isLast: Bool = false) {
        var accepted = 0
        while accepted < limit {
            do {
                let table = tables[turn]
                guard table.canTake || isLast else { return pause(Self.breath) }
                guard let (socket, peer) = try SystemSocket.accept(descriptor) else { return }
                accepted += 1
                turn = (turn + 1) % tables.count
                if table.loop === loop {
                    table.adopt(socket, peer: peer)
                } else if table.canTake {
                    table.take(socket, peer: peer)
                } else {
                    SystemSocket.close(socket)
                }
            } catch {
                logger.warning("cannot accept connections", metadata: ["error": "\(error)"])
                return pause(Self.pause)
            }
        }
    }

    private func pause(_ duration: Duration) {
        guard id != nil else { return }
        loop.unwatch(descriptor)
        pausedUntil = loop.now + duration
    }

    private func watch(_ id: TenantID) {
        do { try loop.watch(descriptor, for: .input, by: id, token: 0) } catch {
            logger.warning("cannot accept connections", metadata: ["error": "\(error)"])
            pausedUntil = loop.now + Self.pause
        }
    }
}
