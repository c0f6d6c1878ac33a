/// What the engine finds wrong with a statement. Nothing else reads its words.
package enum EngineFault: Sendable, Hashable {
    /// A write conflicted with another; it can be retried.
    case conflict
    /// Wrong credentials, or not enough rights.
    case denied
    /// It took longer than it may, or the server is going down.
    case timedOut
    /// A row that was to be created is there.
    case alreadyExists
    /// A vector is of another length than the index has.
    case wrongDimension
    case noNamespace
    case noDatabase
    /// Another statement of its transaction failed.
    case notExecuted
    case other

    /// - Parameters:
    ///   - message: the engine's words. They come first: inside a block the kinds are not told.
    ///   - kind: of an error in SurrealDB 3.
    ///   - details: to the kind.
    init(_ message: String, kind: String? = nil, details: String? = nil) {
        if let known = Self.texts.first(where: { $0.texts.contains(where: message.contains) }) {
            self = known.fault
        } else {
            self = Self.kinds.first { $0.kind == kind && ($0.details == nil || $0.details == details) }?.fault ?? .other
        }
    }

    var code: SurrealError.Code {
        switch self {
        case .conflict: .conflict
        case .denied: .unauthorized
        case .timedOut: .unavailable
        case .alreadyExists, .wrongDimension, .noNamespace, .noDatabase, .notExecuted, .other: .rejected
        }
    }

    /// In the words of all generations, in the order in which they are looked for.
    private static let texts: [(fault: EngineFault, texts: [String])] = [
        (.conflict, ["This transaction can be retried", "due to a read or write conflict", "Transaction conflict"]),
        (
            .denied,
            [
                "There was a problem with authentication", "IAM error", "Not enough permissions",
                "You don't have permission", "Anonymous access not allowed", "The session has expired",
                "The token has expired",
            ]
        ),
        (.timedOut, ["exceeded the timeout", "The query was cancelled", "The database is shutting down"]),
        (.notExecuted, ["The query was not executed due to", "the transaction was aborted due to a prior error"]),
        (.alreadyExists, ["already exists"]),
        (.wrongDimension, ["Incorrect vector dimension"]),
    ]

    private static let kinds: [(kind: String, details: String?, fault: EngineFault)] = [
        ("Query", "TransactionConflict", .conflict), ("Query", "TimedOut", .timedOut),
        ("Query", "Cancelled", .notExecuted), ("Query", "NotExecuted", .notExecuted), ("NotAllowed", "Auth", .denied),
        ("NotFound", "Namespace", .noNamespace), ("NotFound", "Database", .noDatabase),
        ("AlreadyExists", nil, .alreadyExists),
    ]
}
