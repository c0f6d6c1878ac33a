/// Why a model of the hub is not available. Two errors are equal when their codes are.
package struct HubError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: String, Sendable, CaseIterable {
        /// No such model or revision, or one that is private.
        case notFound = "not_found"
        /// The model's terms have to be accepted first.
        case gated
        /// The hub refuses the token.
        case unauthorized
        /// The model is not in the cache and nothing may be fetched.
        case offline
        /// The model has no files that can be used.
        case unsupported
        /// The model needs more memory than it may have.
        case tooLarge = "too_large"
        /// The cache's file system is full.
        case diskFull = "disk_full"
        /// The cache cannot be read or written.
        case storage
        /// The hub cannot be reached, or breaks off.
        case unavailable
        /// What came is not what the hub said it would be.
        case corrupt
        /// The hub answered something that is not its contract.
        case badResponse = "bad_response"
        /// Another process has held the model too long.
        case busy
        case cancelled
    }

    package let code: Code
    /// What happened and what to do, fit to be shown to an operator.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }

    package var description: String { message }
}
