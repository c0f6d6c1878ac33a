/// Why the database did not do what was asked. Two errors are equal when their codes are.
package struct SurrealError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure; the raw value is a metric label.
    package enum Code: String, Sendable, CaseIterable {
        /// It cannot be reached, is overloaded, or did not answer in time.
        case unavailable
        /// Wrong credentials, or not enough rights.
        case unauthorized
        /// A write conflicted with another; it can be retried.
        case conflict
        /// The statement or its values were refused.
        case rejected
        /// The answer is not what the protocol promises.
        case badResponse = "bad_response"
        /// It is of a release that is not taken.
        case unsupported
        case cancelled
    }

    package let code: Code
    /// The database's words, cut to 500 Unicode scalars, or the client's; free of credentials.
    package let message: String
    /// What the engine found wrong, when it was the engine.
    package let fault: EngineFault?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = String(message.unicodeScalars.prefix(500))
        fault = nil
    }

    init(_ fault: EngineFault, _ message: String) {
        code = fault.code
        self.message = String(message.unicodeScalars.prefix(500))
        self.fault = fault
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }

    package var description: String { "\(code.rawValue): \(message)" }
}
