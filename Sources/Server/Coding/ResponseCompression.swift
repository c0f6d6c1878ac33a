import HTTP

/// Offers gzip on answers that are worth it.
enum ResponseCompression {
    /// Shorter bodies are sent as they are.
    static let threshold = 1 << 10

    /// Whether the answer is of a kind that is compressed; such an answer varies with `Accept-Encoding`.
    static func applies(to response: HTTPResponse) -> Bool {
        switch response.body {
        case .empty: return false
        case .bytes(let bytes) where bytes.count < threshold: return false
        case .bytes, .stream: break
        }
        guard let type = response.headers["Content-Type"], response.headers["Content-Encoding"] == nil,
            response.status != 206
        else { return false }
        return type == "application/json" || isText(type.lowercased())
    }

    /// Whether the client takes the answer compressed, and it is worth it.
    static func isDue(for response: HTTPResponse, to head: HTTPRequestHead) -> Bool {
        // Looking at the request first is cheaper.
        head.valueRange(of: "accept-encoding") != nil && applies(to: response)
            && AcceptEncoding.prefersGzip(head.headers("accept-encoding"))
    }

    /// The answer uncompressed, with what caches have to know of it.
    static func labeled(_ response: HTTPResponse) -> HTTPResponse {
        guard applies(to: response) else { return response }
        var response = response
        response.headers.append("Vary", "Accept-Encoding")
        return response
    }

    /// The answer as the client wants it.
    static func apply(to response: HTTPResponse, for head: HTTPRequestHead) -> HTTPResponse {
        var answer = labeled(response)
        guard isDue(for: response, to: head) else { return answer }
        switch response.body {
        case .empty: return answer
        case .bytes(let bytes):
            guard let compressed = GzipEncoder.compress(bytes) else { return answer }
            answer.body = .bytes(compressed)
        case .stream(let write):
            answer.body = .stream { writer in
                let compressed = try GzipBodyWriter(writer)
                try await write(compressed)
                try await compressed.finish()
            }
        }
        answer.headers.append("Content-Encoding", "gzip")
        return answer
    }

    private static func isText(_ type: String) -> Bool {
        type.hasPrefix("text/") || ["json", "xml", "yaml", "javascript", "openmetrics"].contains { type.contains($0) }
    }
}
