import EmbeddingCore
import Synchronization

/// Whether the database answered the last probe. While it does not, nobody but the probe waits for it: what hangs would
/// hold up everybody who asks.
final class DatabasePresence: Sendable {
    private let lost = Atomic<Bool>(false)

    var isLost: Bool { lost.load(ordering: .relaxed) }

    /// An answer to a request from before it was lost says as much as one to a probe.
    func answered() { if isLost { lost.store(false, ordering: .relaxed) } }

    /// Runs a probe, and keeps in mind whether there was an answer.
    func probe<Value>(_ body: () async throws(StoreError) -> Value) async throws(StoreError) -> Value {
        do throws(StoreError) {
            let value = try await body()
            lost.store(false, ordering: .relaxed)
            return value
        } catch {
            if error.code != .cancelled { lost.store(error.code == .unavailable, ordering: .relaxed) }
            throw error
        }
    }
}
