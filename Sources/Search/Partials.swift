import Synchronization

/// Results of the parts of one search.
final class Partials: Sendable {
    private let parts: Mutex<[[VectorTable.Candidate]]>

    init(count: Int) { parts = Mutex(Array(repeating: [], count: count)) }

    func set(_ part: Int, _ candidates: [VectorTable.Candidate]) { parts.withLock { $0[part] = candidates } }

    var joined: [VectorTable.Candidate] { parts.withLock { $0.flatMap { $0 } } }
}
