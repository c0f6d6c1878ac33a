import Testing

/// What a fake provider does wrong in an answer.
enum Misbehavior: Sendable, Hashable, CustomTestStringConvertible {
    case status(Int, headers: [String: String] = [:], body: String = "")
    /// The connection breaks before the answer.
    case reset
    /// The connection breaks in the middle of it.
    case halfAnswer
    case garbage
    case notJSON
    case tooFew
    case tooMany
    case emptyAnswer
    /// Right vectors with the right `index`, in another order.
    case shuffled
    case sameIndexTwice
    case usageMissing
    /// The vector of the text `bad` is this, as JSON.
    case badVector(String)

    var testDescription: String {
        switch self {
        case .status(let code, let headers, _): "\(code) \(headers.sorted { $0.key < $1.key })"
        default: "\(self)"
        }
    }
}
