/// Why GitHub's API did not give what was asked for. Two errors are equal when their codes are.
package struct GitHubError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, CaseIterable {
        /// The token is wrong, or may not do this.
        case unauthorized
        /// There is no such user.
        case notFound
        /// Nothing but refusals for too many requests.
        case rateLimited
        /// No answer, or one that reports a fault of GitHub's.
        case unavailable
        /// The answer is not what the contract promises.
        case badResponse
        /// Another process reads the same list.
        case busy
    }

    package let code: Code
    /// What happened, and what to do, free of secrets.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }

    package var description: String { message }
}
