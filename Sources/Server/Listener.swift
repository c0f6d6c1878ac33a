import Dispatch
import Logging

/// Accepts connections and hands them to the loops in turn.
///
/// `@unchecked Sendable`: the turn is touched on the queue only.
final class Listener: @unchecked Sendable {
    /// Connections accepted before other work of the queue gets its turn.
    private static let acceptsPerTurn = 256

    let port: Int
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "embed-star.accept")
    private let source: any DispatchSourceRead
    private let loops: [EventLoop]
    private let logger: Logger
    private var turn = 0

    init(host: String, port: Int, loops: [EventLoop], logger: Logger) throws(SystemError) {
        (descriptor, self.port) = try SystemSocket.listen(host: host, port: port, backlog: 4096)
        self.loops = loops
        self.logger = logger
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler { [weak self] in self?.acceptAll(limit: Self.acceptsPerTurn) }
    }

    func start() { source.activate() }

    /// Takes what the system has already accepted, then closes.
    func close() async {
        await withCheckedContinuation { continuation in
            source.setCancelHandler { [self] in
                acceptAll(limit: .max)
                SystemSocket.close(descriptor)
                continuation.resume()
            }
            source.cancel()
        }
    }

    private func acceptAll(limit: Int) {
        var accepted = 0
        while accepted < limit {
            do {
                guard let (socket, peer) = try SystemSocket.accept(descriptor) else { return }
                let loop = loops[turn]
                turn = (turn + 1) % loops.count
                accepted += 1
                loop.execute { loop.adopt(socket, peer: peer) }
            } catch {
                logger.warning("cannot accept connections", metadata: ["error": "\(error)"])
                return pause()
            }
        }
    }

    /// Waits for descriptors to come free.
    private func pause() {
        guard !source.isCancelled else { return }
        source.suspend()
        queue.asyncAfter(deadline: .now() + .milliseconds(50)) { [weak self] in self?.source.resume() }
    }
}
