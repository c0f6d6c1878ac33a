import HTTP
import JSON

extension APIError {
    /// The answer in the shape of `dialect`.
    func response(_ dialect: ErrorDialect, requestID: String) -> HTTPResponse {
        let status = status(in: dialect)
        let body =
            switch dialect {
            case .problem: problem(requestID)
            case .openAI: openAI
            case .ollama: JSONWriter.object { $0.member("error", detail) }
            case .tei: tei
            }
        var response = HTTPResponse(
            status,
            contentType: dialect == .problem ? "application/problem+json" : "application/json",
            body
        )
        if let accept { response.headers.append("Accept", accept) }
        if let allow { response.headers.append("Allow", allow) }
        if let retryAfter { response.headers.append("Retry-After", Self.wholeSeconds(retryAfter).description) }
        if let challenge = challenge ?? (status == .unauthorized ? .missingKey : nil) {
            response.headers.append("WWW-Authenticate", challenge.field)
        }
        allowance?.append(to: &response.headers)
        return response
    }

    /// Seconds rounded up, at least one: `Retry-After` has no fractions (RFC 9110 §10.2.3).
    private static func wholeSeconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }

    /// TEI has statuses of its own for some failures.
    private func status(in dialect: ErrorDialect) -> HTTPStatus {
        guard dialect == .tei else { return status }
        return switch kind {
        case .tooManyInputs: .contentTooLarge
        case .unusableText: .unprocessableContent
        case .backend: 424
        default: status
        }
    }

    private func problem(_ requestID: String) -> [UInt8] {
        JSONWriter.object { json in
            json.member("type", "about:blank")
            json.member("title", status.reason)
            json.member("status", status.code)
            json.member("detail", detail)
            json.member("instance", requestID)
            guard !fields.isEmpty else { return }
            json.key("errors")
            json.array { json in
                for field in fields {
                    json.object {
                        $0.member("pointer", field.pointer)
                        $0.member("detail", field.detail)
                    }
                }
            }
        }
    }

    private var openAI: [UInt8] {
        JSONWriter.object { json in json.member("error") { writeOpenAI(to: &$0) } }
    }

    /// What OpenAI says of an error.
    func writeOpenAI(to error: inout JSONWriter) {
        error.member("message", detail)
        error.member("type", openAIType)
        error.member("param", parameter)
        error.member("code", openAICode)
    }

    private var openAIType: String {
        switch kind {
        case .rateLimited: "rate_limit_error"
        case .unavailable, .backend, .unexpected: "server_error"
        default: "invalid_request_error"
        }
    }

    private var openAICode: String? {
        switch kind {
        case .authentication: "invalid_api_key"
        case .modelNotFound: "model_not_found"
        case .notFound: "not_found"
        case .rateLimited: "rate_limit_exceeded"
        case .unavailable: "service_unavailable"
        default: nil
        }
    }

    private var tei: [UInt8] {
        let type =
            switch kind {
            case .empty: "empty"
            case .unusableText: "tokenizer"
            case .rateLimited: "overloaded"
            case .unavailable: "unhealthy"
            case .backend, .unexpected: "backend"
            default: "validation"
            }
        return JSONWriter.object { json in
            json.member("error", detail)
            json.member("error_type", type)
        }
    }
}
