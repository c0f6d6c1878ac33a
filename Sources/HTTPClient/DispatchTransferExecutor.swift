import Dispatch

/// A serial queue of its own for one client.
///
/// `@unchecked Sendable`: the source is touched on the queue only.
final class DispatchTransferExecutor: TransferExecutor, @unchecked Sendable {
    private let queue = DispatchQueue(label: "embed-star.http-client")
    private var source: (any DispatchSourceRead)?

    func execute(_ job: @escaping @Sendable () -> Void) { queue.async(execute: job) }

    func watch(_ descriptor: Int32, onInput: @escaping @Sendable () -> Void) {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler(handler: onInput)
        source.activate()
        self.source = source
    }

    func unwatch(_ descriptor: Int32, onEnd: @escaping @Sendable () -> Void) {
        source?.setCancelHandler(handler: onEnd)
        source?.cancel()
        source = nil
    }

    func expectInput(of descriptor: Int32, _ isExpected: Bool) {}
}
