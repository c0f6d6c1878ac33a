/// Why a transfer gave no answer. Two errors are equal when their codes are.
package struct HTTPClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure; the raw value is a metric label.
    package enum Code: String, Sendable, CaseIterable {
        case invalidURL = "invalid_url"
        /// Name not resolved, connection refused.
        case connect
        case tls
        case timeout
        /// The connection broke before the answer was complete.
        case reset
        case tooLarge = "too_large"
        /// The peer does not speak HTTP.
        case `protocol`
        case cancelled
        case shutdown
        case other
    }

    package let code: Code
    /// libcurl's words, free of secrets.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }

    package var description: String { "\(code.rawValue): \(message)" }
}
