/// Why the built-in model cannot be loaded or used. Two errors are equal when their codes are.
package struct InferenceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure; the raw value is fit for a metrics label.
    package enum Code: String, Sendable, CaseIterable {
        /// The folder or one of its files is missing or unreadable.
        case modelNotFound = "model_not_found"
        /// A file of the model is damaged.
        case invalidModel = "invalid_model"
        /// The model is sound but of a kind the encoder does not compute.
        case unsupportedModel = "unsupported_model"
        /// The processor cannot compute in the requested precision.
        case unsupportedPrecision = "unsupported_precision"
        /// The encoder's queue is full.
        case overloaded
        case cancelled
        /// oneDNN refused or failed.
        case backend
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

    package var description: String { "\(code.rawValue): \(message)" }
}
