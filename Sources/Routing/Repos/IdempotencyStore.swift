import Crypto
import HTTP
import Synchronization

/// Answers kept under the client's `Idempotency-Key`, so that a repeated request is not done twice. Bounded: the
/// oldest answer gives way to a new one.
final class IdempotencyStore: Sendable {
    private struct Entry {
        let payload: SHA256Digest
        /// Nil while the first request is in flight.
        var response: HTTPResponse?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Keys of `entries`, oldest first.
        var order: [String] = []
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int = 1000) { self.capacity = capacity }

    /// The kept answer, or that of `work`, which is kept when it succeeds.
    /// - Throws: `APIError` 409 while the first request is in flight, 422 when the key came with another payload, 503
    ///   when there is no room; what `work` throws.
    func answer(
        to key: String,
        payload: [UInt8],
        work: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        if let kept = try begin(key, SHA256.hash(data: payload)) { return kept }
        do {
            let response = try await work()
            state.withLock { $0.entries[key]?.response = response }
            return response
        } catch {
            state.withLock { state in
                state.entries[key] = nil
                state.order.removeAll { $0 == key }
            }
            throw error
        }
    }

    /// The kept answer, or nil after the key has been taken.
    private func begin(_ key: String, _ payload: SHA256Digest) throws -> HTTPResponse? {
        let outcome: Result<HTTPResponse?, APIError> = state.withLock { state in
            if let entry = state.entries[key] { return Self.reuse(entry, payload) }
            if state.entries.count >= capacity {
                guard let index = state.order.firstIndex(where: { state.entries[$0]?.response != nil }) else {
                    return .failure(Self.full)
                }
                state.entries[state.order.remove(at: index)] = nil
            }
            state.entries[key] = Entry(payload: payload)
            state.order.append(key)
            return .success(nil)
        }
        return try outcome.get()
    }

    private static func reuse(_ entry: Entry, _ payload: SHA256Digest) -> Result<HTTPResponse?, APIError> {
        guard entry.payload == payload else {
            return .failure(
                APIError(.unprocessableContent, .invalidRequest, "this Idempotency-Key came with another payload")
            )
        }
        guard let response = entry.response else {
            return .failure(
                APIError(.conflict, .invalidRequest, "a request with this Idempotency-Key is still in flight")
            )
        }
        return .success(response)
    }

    private static let full = APIError(
        .serviceUnavailable,
        .unavailable,
        "too many requests with an Idempotency-Key are in flight",
        retryAfter: .seconds(1)
    )
}

extension RequestContext {
    /// The key under which the request may be repeated, told apart by caller.
    /// - Throws: `APIError` 400 when it is not 1 to 255 visible ASCII characters.
    func idempotencyKey() throws -> String? {
        guard let key = head.header("idempotency-key") else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIError.badRequest("Idempotency-Key has to be 1 to 255 visible ASCII characters")
        }
        return "\(caller.key ?? -1):\(key)"
    }
}
