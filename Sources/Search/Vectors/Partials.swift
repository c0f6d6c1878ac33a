import Synchronization

/// `@unchecked Sendable`: results of the parts of one scan, handed over under the lock.
final class Partials: @unchecked Sendable {
    private let lock = Mutex(())
    private var parts: [[Candidate]]

    init(count: Int) { parts = Array(repeating: [], count: count) }

    func set(_ part: Int, _ candidates: [Candidate]) { lock.withLock { _ in parts[part] = candidates } }

    var joined: [Candidate] { lock.withLock { _ in parts.flatMap { $0 } } }
}
