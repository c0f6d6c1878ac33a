import EmbeddingCore
import Synchronization

/// What the last probe found wrong. While the database does not answer, nobody but the probe waits for it: what hangs
/// would hold up everybody who asks. While the schema does not stand, nothing is read or written: a write would be
/// acknowledged that nobody notices.
final class DatabasePresence: Sendable {
    private let isLost = Atomic<Bool>(false)
    private let found = Mutex<StoreError?>(nil)

    /// Why nobody should ask; nil when the database is well.
    var fault: StoreError? { isLost.load(ordering: .relaxed) ? found.withLock { $0 } : nil }

    /// An answer to a request from before it was lost says as much as one to a probe.
    func answered() { if fault?.code == .unavailable { note(nil) } }

    func schemaStands() { if fault?.code == .schema { note(nil) } }

    /// Runs a probe, and keeps in mind what it found.
    func probe<Value>(_ body: () async throws(StoreError) -> Value) async throws(StoreError) -> Value {
        do throws(StoreError) {
            let value = try await body()
            note(nil)
            return value
        } catch {
            switch error.code {
            case .cancelled: break
            case .unavailable: note(StoreError(.unavailable, "the database did not answer the last probe"))
            case .schema: note(error)
            default: note(nil)
            }
            throw error
        }
    }

    private func note(_ fault: StoreError?) {
        found.withLock { $0 = fault }
        isLost.store(fault != nil, ordering: .relaxed)
    }
}
