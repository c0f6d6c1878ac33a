import HTTPClient
import Server
import Synchronization

/// The event loop on which provider calls run too, once there is one: on the way through embed-star a text then stays on
/// one thread.
final class SharedLoop: Sendable {
    private let shared = Mutex<EventLoop?>(nil)

    /// Nil before the server runs, and when its loop has ended.
    var loop: EventLoop? { shared.withLock { $0.flatMap { $0.isOpen ? $0 : nil } } }

    func share(_ loop: EventLoop?) { shared.withLock { $0 = loop } }
}

extension EventLoop: TransferExecutor {}
