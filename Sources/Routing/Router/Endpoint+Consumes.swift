import HTTP

extension Endpoint.Consumes {
    /// - Throws: `APIError` 415 when the request's content is of a type that the endpoint does not take. Content has to
    ///   have a type: what a page of any origin may send without asking has none, or one that is not taken.
    func check(_ head: HTTPRequestHead) throws {
        guard self != .nothing else { return }
        if let type = head.header("content-type") {
            if accepts(type, head) { return }
        } else if !head.announcesBody {
            return
        }
        var error = APIError(
            .unsupportedMediaType,
            .invalidRequest,
            "the body must be \(expected.joined(separator: " or ")) in UTF-8, with a Content-Type that says so"
        )
        // RFC 9110 §15.5.16
        error.accept = expected.joined(separator: ", ")
        throw error
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

    private var expected: [String] {
        ["application/json"] + (self == .jsonOrLines ? ["application/x-ndjson"] : [])
    }
}

extension HTTPRequestHead {
    /// Whether a body follows that is not empty, as far as the head tells (RFC 9112 §6.3).
    fileprivate var announcesBody: Bool {
        if valueRange(of: "transfer-encoding") != nil { return true }
        return valueRange(of: "content-length").map { bytes[$0].contains { $0 != UInt8(ascii: "0") } } ?? false
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
