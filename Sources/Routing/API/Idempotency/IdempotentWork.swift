import Crypto
import EmbeddingCore
import HTTP

/// Work that has its effect once, however often and of whichever replica it is asked.
struct IdempotentWork: Sendable {
    /// What stopping may take that has begun when its time was up: the longest timeout of a statement.
    private static let afterglow = Duration.seconds(120)

    /// How long an answer may take.
    let timeLimit: Duration
    let store: any IdempotencyStore
    /// How long what was done is remembered.
    let retention: Duration

    /// The kept answer, or that of `work`, which is kept when it succeeds.
    /// - Parameter payload: what the request asks for; the same name with another payload is refused.
    /// - Throws: `APIError` 409 while the first request is in flight, 422 for another payload; `StoreError`; what `work`
    ///   throws.
    func perform(
        _ name: String,
        payload: [UInt8] = [],
        work: () async throws -> String
    ) async throws -> (answer: String, isRepeated: Bool) {
        let digest = SHA256.hexadecimal(of: payload)
        if let known = try await store.begin(name, payload: digest, lease: timeLimit + Self.afterglow) {
            return (try Self.answer(of: known, payload: digest), true)
        }
        do {
            let answer = try await work()
            try await store.finish(name, answer: answer, retention: retention)
            return (answer, false)
        } catch {
            // If that fails too, the lease expires.
            try? await store.abandon(name)
            throw error
        }
    }

    private static func answer(of known: IdempotencyRecord, payload: String) throws -> String {
        guard known.payload == payload else {
            throw APIError(.unprocessableContent, .invalidRequest, "this Idempotency-Key was used with another body")
        }
        guard let answer = known.answer else {
            throw APIError(.conflict, .invalidRequest, "the first request with this Idempotency-Key is still in flight")
        }
        return answer
    }
}

extension RequestContext {
    /// The key under which the request may be repeated, told apart by caller.
    /// - Throws: `APIError` 400 when it is not 1 to 255 visible ASCII characters.
    func idempotencyKey() throws -> String? {
        guard let key = head.header("idempotency-key") else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIError.badRequest("Idempotency-Key must be 1 to 255 visible ASCII characters")
        }
        return "\(caller.fingerprint ?? ""):\(key)"
    }
}
