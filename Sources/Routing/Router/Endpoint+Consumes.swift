import HTTP

extension Endpoint.Consumes {
    /// - Throws: `APIError` 415 when the request's content is of a type that the endpoint does not take. Content
    ///   without a type is taken for JSON.
    func check(_ request: HTTPRequest) throws {
        guard self != .nothing, let type = request.head.header("content-type"), !accepts(type, request.head)
        else { return }
        throw APIError(.unsupportedMediaType, .invalidRequest, "the content has to be \(expected) in UTF-8")
    }

    private func accepts(_ type: String, _ head: HTTPRequestHead) -> Bool {
        if type == "application/json" || MediaType.isJSON(type) { return true }
        return switch self {
        case .nothing: true
        case .json: false
        case .jsonOrForm: MediaType.parse(type)?.type.subtype == "x-www-form-urlencoded"
        case .jsonOrLines: LineFormat.isNamed(by: head)
        }
    }

    private var expected: String {
        self == .jsonOrLines ? "application/json or application/x-ndjson" : "application/json"
    }
}

/// One JSON text a line.
enum LineFormat {
    /// Whether the request's `Content-Type` says so.
    static func isNamed(by head: HTTPRequestHead) -> Bool {
        guard let type = head.header("content-type"), let (media, _) = MediaType.parse(type) else { return false }
        return media.type == "application" && ["x-ndjson", "ndjson", "jsonl", "x-jsonlines"].contains(media.subtype)
    }
}
