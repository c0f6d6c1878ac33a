import HTTP

/// Offers gzip on answers that are worth it.
enum ResponseCompression {
    /// Shorter bodies are sent as they are.
    static let threshold = 1 << 10

    /// Whether the answer is of a kind that is compressed; such an answer varies with `Accept-Encoding`.
    static func applies(to response: HTTPResponse) -> Bool {
        guard case .bytes(let body) = response.body, body.count >= threshold,
            response.headers["Content-Encoding"] == nil, response.status != 206,
            let type = response.headers["Content-Type"]?.lowercased()
        else { return false }
        return type.hasPrefix("text/") || type.contains("json") || type.contains("xml") || type.contains("yaml")
            || type.contains("javascript")
    }

    /// The answer as the client wants it.
    static func apply(to response: HTTPResponse, for head: HTTPRequestHead) -> HTTPResponse {
        guard applies(to: response), case .bytes(let body) = response.body else { return response }
        var response = response
        response.headers.append("Vary", "Accept-Encoding")
        guard AcceptEncoding.prefersGzip(head.headers("accept-encoding")), let compressed = GzipEncoder.compress(body)
        else { return response }
        response.headers.append("Content-Encoding", "gzip")
        response.body = .bytes(compressed)
        return response
    }
}
