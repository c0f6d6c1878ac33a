/// The jobs that were given up after their last attempt.
package protocol DeadLetterQueue: Sendable {
    /// Dead letters in order of their ids, after `cursor` (as an earlier page gave it).
    /// - Throws: `StoreError` with `.invalidArgument` for a cursor that no page gave.
    func page(
        limit: Int,
        cursor: String?,
        includesPrivate: Bool
    ) async throws(StoreError) -> (letters: [DeadLetter], next: String?)

    /// Makes all dead letters due again, those of private documents only when `includesPrivate`. - Returns: how many.
    func retryAll(includesPrivate: Bool) async throws(StoreError) -> Int
}

/// A job that was given up.
package struct DeadLetter: Sendable, Hashable {
    /// The document's.
    package var label: String
    package var attempts: Int
    package var error: String
    /// RFC 3339.
    package var failedAt: String

    package init(label: String, attempts: Int, error: String, failedAt: String) {
        self.label = label
        self.attempts = attempts
        self.error = error
        self.failedAt = failedAt
    }
}
