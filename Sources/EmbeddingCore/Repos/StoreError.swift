/// Why the database did not do what was asked. Two errors are equal when their codes are.
package struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure; the raw value is a metric label.
    package enum Code: String, Sendable, CaseIterable {
        /// It cannot be reached, or did not answer in time.
        case unavailable
        /// It has as much to do as it may at once.
        case busy
        /// Wrong credentials.
        case unauthorized
        /// A write conflicted with another; it can be retried.
        case conflict
        /// The statement or its values were refused.
        case rejected
        /// What was asked for makes no sense, so that the database was not asked.
        case invalidArgument = "invalid_argument"
        /// The tables are not there or of a later version.
        case schema
        /// The answer is not what the protocol promises.
        case badResponse = "bad_response"
        /// The database is of a release that is not taken.
        case unsupported
        case cancelled
    }

    package let code: Code
    /// What happened, free of secrets.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the database is away. One part of the service looks after it and says so; the others need not.
    package var isOutage: Bool { code == .unavailable }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }

    package var description: String { "\(code.rawValue): \(message)" }
}
