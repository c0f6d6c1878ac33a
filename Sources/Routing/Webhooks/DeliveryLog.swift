import HTTP
import Synchronization

/// Which deliveries have been handled, so that a repeated one has no second effect. Bounded: the oldest is forgotten.
final class DeliveryLog: Sendable {
    private struct State {
        /// Whether each delivery has been handled; false while it is being handled.
        var entries: [String: Bool] = [:]
        /// Handled deliveries as a ring: the oldest is at `next` once it is full.
        var ring: [String] = []
        var next = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int = 10_000) { self.capacity = capacity }

    /// Takes a delivery. - Returns: whether it is new.
    /// - Throws: `APIError` 409 when it is being handled.
    func begin(_ id: String) throws -> Bool {
        let isHandled = state.withLock { state in
            let known = state.entries[id]
            if known == nil { state.entries[id] = false }
            return known
        }
        guard let isHandled else { return true }
        guard isHandled else { throw APIError(.conflict, .invalidRequest, "this delivery is being handled") }
        return false
    }

    /// - Parameter isHandled: otherwise it may be tried again.
    func finish(_ id: String, isHandled: Bool) {
        state.withLock { state in
            guard isHandled else {
                state.entries[id] = nil
                return
            }
            state.entries[id] = true
            if state.ring.count < capacity {
                state.ring.append(id)
            } else {
                state.entries[state.ring[state.next]] = nil
                state.ring[state.next] = id
                state.next = (state.next + 1) % capacity
            }
        }
    }
}
