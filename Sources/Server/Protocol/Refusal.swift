import HTTP

/// Why the server itself refuses a request or ends a connection.
enum Refusal: String, Error, Sendable, CaseIterable {
    case malformedRequestLine = "malformed_request_line"
    case malformedTarget = "malformed_target"
    case malformedField = "malformed_field"
    case invalidHost = "invalid_host"
    case invalidContentLength = "invalid_content_length"
    case invalidTransferEncoding = "invalid_transfer_encoding"
    case conflictingFraming = "conflicting_framing"
    case malformedChunk = "malformed_chunk"
    case chunkExtensionsTooLarge = "chunk_extensions_too_large"
    case malformedContentCoding = "malformed_content_coding"
    case incompleteRequest = "incomplete_request"
    case timeout
    case bodyTooLarge = "body_too_large"
    case requestLineTooLong = "request_line_too_long"
    case unsupportedContentCoding = "unsupported_content_coding"
    case unmetExpectation = "unmet_expectation"
    case fieldsTooLarge = "fields_too_large"
    case connectNotAllowed = "connect_not_allowed"
    case unknownMethod = "unknown_method"
    case overloaded
    case memoryExhausted = "memory_exhausted"
    case responseTimeout = "response_timeout"
    case unsupportedVersion = "unsupported_version"

    var status: HTTPStatus {
        switch self {
        case .malformedRequestLine, .malformedTarget, .malformedField, .invalidHost, .invalidContentLength,
            .invalidTransferEncoding, .conflictingFraming, .malformedChunk, .chunkExtensionsTooLarge,
            .malformedContentCoding, .incompleteRequest:
            .badRequest
        case .timeout: 408
        case .bodyTooLarge: .contentTooLarge
        case .requestLineTooLong: 414
        case .unsupportedContentCoding: .unsupportedMediaType
        case .unmetExpectation: 417
        case .fieldsTooLarge: 431
        case .connectNotAllowed: .methodNotAllowed
        case .unknownMethod: .notImplemented
        case .overloaded, .memoryExhausted, .responseTimeout: .serviceUnavailable
        case .unsupportedVersion: 505
        }
    }

    /// One sentence for the client.
    var message: String {
        switch self {
        case .malformedRequestLine: "The request line is malformed."
        case .malformedTarget: "The request target is malformed."
        case .malformedField: "A header field is malformed."
        case .invalidHost: "The request needs exactly one valid Host."
        case .invalidContentLength: "The Content-Length is invalid."
        case .invalidTransferEncoding: "The only Transfer-Encoding understood is chunked, in HTTP/1.1."
        case .conflictingFraming: "The request has both a Content-Length and a Transfer-Encoding."
        case .malformedChunk: "The chunked body is malformed."
        case .chunkExtensionsTooLarge: "The chunk extensions are too large."
        case .malformedContentCoding: "The compressed body is malformed."
        case .incompleteRequest: "The request ended before it was complete."
        case .timeout: "The request took too long to arrive."
        case .bodyTooLarge: "The body is too large."
        case .requestLineTooLong: "The request line is too long."
        case .unsupportedContentCoding: "The only Content-Encoding understood is gzip."
        case .unmetExpectation: "The only expectation met is 100-continue."
        case .fieldsTooLarge: "The header fields are too large or too many."
        case .connectNotAllowed: "This server is not a proxy."
        case .unknownMethod: "The method is not implemented."
        case .overloaded: "The server has too many connections."
        case .memoryExhausted: "The server has no room for the body; other requests take it all."
        case .responseTimeout: "The answer took too long."
        case .unsupportedVersion: "The only protocol version understood is HTTP/1."
        }
    }

    /// The whole answer, but for what every answer carries.
    /// - Parameter allowed: the methods that the server has a use for.
    func response(allowed: [HTTPMethod]) -> HTTPResponse {
        var headers: HTTPHeaders = ["Content-Type": "application/problem+json"]
        if self == .unsupportedContentCoding { headers.append("Accept-Encoding", "gzip") }
        // RFC 9110 §15.5.6
        if self == .connectNotAllowed { headers.append("Allow", HTTPMethod.list(allowed)) }
        if status == .serviceUnavailable { headers.append("Retry-After", "1") }
        let body =
            #"{"type":"about:blank","title":"\#(status.reason)","status":\#(status.code),"detail":"\#(message)"}"#
        return HTTPResponse(status, headers: headers, body: .bytes(Array(body.utf8)))
    }
}
