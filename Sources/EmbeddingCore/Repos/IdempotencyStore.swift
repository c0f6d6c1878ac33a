/// What was done under a name, known to all replicas, so that a repeated request has no second effect.
package protocol IdempotencyStore: Sendable {
    /// Takes `name` for work that is about to be done.
    /// - Parameters:
    ///   - payload: tells whether a later request with the same name asks for the same; a digest.
    ///   - lease: after this the name is free again if nobody said how the work ended.
    /// - Returns: nil when the name is the caller's; otherwise what is known of it.
    func begin(_ name: String, payload: String, lease: Duration) async throws(StoreError) -> IdempotencyRecord?

    /// The work is done: keeps its answer.
    /// - Parameter retention: how long it is kept.
    func finish(_ name: String, answer: String, retention: Duration) async throws(StoreError)

    /// The work failed: the name is free again.
    func abandon(_ name: String) async throws(StoreError)
}

/// What is known of work that somebody has begun.
package struct IdempotencyRecord: Sendable, Hashable {
    package var payload: String
    /// Nil while the work is under way.
    package var answer: String?

    package init(payload: String, answer: String? = nil) {
        self.payload = payload
        self.answer = answer
    }
}
