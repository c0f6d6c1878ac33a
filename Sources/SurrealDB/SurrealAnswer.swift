import HTTPClient

/// The reading of what the server sends back.
enum SurrealAnswer {
    /// The `result` of an RPC answer.
    static func result(_ response: HTTPClientResponse) throws(SurrealError) -> SurrealValue {
        if response.status == 401 || response.status == 403 {
            throw SurrealError(.unauthorized, "the database answered \(response.status)\(response.way)")
        }
        let value: SurrealValue
        do throws(CBORError) {
            value = try CBORDecoder.decode(response.body)
        } catch {
            guard response.status == 200 else { throw Self.error(response) }
            throw SurrealError(.badResponse, "the answer is not CBOR: \(error)")
        }
        if let failure = value["error"].object {
            throw error(.object(failure), words: "message")
        }
        guard response.status == 200 else { throw Self.error(response) }
        guard let result = value.object?["result"] else {
            throw SurrealError(.badResponse, "the answer has neither result nor error")
        }
        return result
    }

    /// The results of a query's statements.
    /// - Throws: the error of the statement that says most about what went wrong.
    static func statements(_ result: SurrealValue) throws(SurrealError) -> [SurrealValue] {
        guard let statements = result.array else {
            throw SurrealError(.badResponse, "the result of a query is not a list")
        }
        var results: [SurrealValue] = []
        var errors: [SurrealError] = []
        results.reserveCapacity(statements.count)
        for statement in statements {
            guard case .object(let fields) = statement, let status = fields["status"]?.string else {
                throw SurrealError(.badResponse, "the result of a statement has no status")
            }
            if status == "OK" {
                results.append(fields["result"] ?? .none)
            } else {
                errors.append(error(statement, words: "result"))
            }
        }
        if let error = cause(errors) { throw error }
        return results
    }

    /// A conflict first, as then everything can be repeated; otherwise the first with a reason of its own: every other
    /// statement of a failed transaction only says that it was not executed.
    private static func cause(_ errors: [SurrealError]) -> SurrealError? {
        errors.first { $0.fault == .conflict } ?? errors.first { $0.fault != .notExecuted } ?? errors.first
    }

    private static func error(_ value: SurrealValue, words: String) -> SurrealError {
        let message = value[words].string ?? "unknown error"
        let details = value["details"]["kind"].string
        return SurrealError(EngineFault(message, kind: value["kind"].string, details: details), message)
    }

    private static func error(_ response: HTTPClientResponse) -> SurrealError {
        let status = response.status
        let code: SurrealError.Code = status >= 500 || status == 408 || status == 429 ? .unavailable : .rejected
        return SurrealError(code, "the database answered \(status)\(response.way)")
    }
}

extension SurrealError {
    /// What a failed transfer means for a request to the database.
    init(_ error: HTTPClientError) {
        switch error.code {
        case .cancelled: self.init(.cancelled, error.message)
        case .protocol, .tooLarge: self.init(.badResponse, error.message)
        case .invalidURL: self.init(.rejected, error.message)
        case .connect, .tls, .timeout, .reset, .shutdown, .other: self.init(.unavailable, error.description)
        }
    }
}
