import HTTP

/// A failure as the client sees it.
struct APIError: Error, Sendable {
    /// What kind of failure it is, in OpenAI's and TEI's words.
    enum Kind: Sendable {
        case invalidRequest, authentication, notFound, modelNotFound, rateLimited, unavailable, backend, unexpected
        /// Nothing to embed.
        case empty
        /// More inputs than one request may carry.
        case tooManyInputs
        /// A text that the model cannot take.
        case unusableText
    }

    var status: HTTPStatus
    var kind: Kind
    /// What is wrong and what to do.
    var detail: String
    /// The faults of single fields.
    var fields: [FieldError] = []
    /// The name of the field at fault, for OpenAI's `param`.
    var parameter: String?
    var retryAfter: Duration?
    var allow: String?
    /// The media types that would have been taken.
    var accept: String?
    /// How a key has to be shown.
    var challenge: Challenge?
    /// What the caller may still ask.
    var allowance: Allowance?

    init(
        _ status: HTTPStatus,
        _ kind: Kind,
        _ detail: String,
        fields: [FieldError] = [],
        parameter: String? = nil,
        retryAfter: Duration? = nil
    ) {
        self.status = status
        self.kind = kind
        self.detail = detail
        self.fields = fields
        self.parameter = parameter
        self.retryAfter = retryAfter
    }

    /// 400 for a request that says something it cannot mean.
    static func badRequest(_ detail: String, parameter: String? = nil) -> APIError {
        APIError(.badRequest, .invalidRequest, detail, parameter: parameter)
    }

    /// 400 that names each field at fault.
    static func invalid(_ fields: [FieldError]) -> APIError {
        let first = fields.first?.detail ?? ""
        let detail = fields.count == 1 ? first : "\(fields.count) fields are not valid, first of all: \(first)"
        return APIError(.badRequest, .invalidRequest, detail, fields: fields)
    }

    static func notFound(_ detail: String) -> APIError { APIError(.notFound, .notFound, detail) }

    /// 504 when what the answer waits for takes too long.
    static let late = APIError(.gatewayTimeout, .backend, "the database or the provider did not answer in time")

    /// A bare 500: what went wrong is in the log under the request's id.
    static let unexpected = APIError(
        .internalServerError,
        .unexpected,
        "internal error; the log has the details under this request id"
    )
}

/// What is wrong with one field.
struct FieldError: Sendable, Hashable {
    /// A JSON pointer as a URI fragment (RFC 6901 §6): `#/0/stars`. Query parameters count as members of one object.
    var pointer: String
    var detail: String
}
