/// An answer. The server adds `Date`, `Server`, `X-Request-Id`, `Content-Length` or chunking, `Connection`, and gzip.
package struct HTTPResponse: Sendable {
    package var status: HTTPStatus
    package var headers: HTTPHeaders
    package var body: HTTPResponseBody
    /// What the request is called in logs and traces, for the client to quote; nil for no name.
    package var requestID: String?

    package init(_ status: HTTPStatus, headers: HTTPHeaders = [:], body: HTTPResponseBody = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with a whole body and its type.
    package init(_ status: HTTPStatus, contentType: String, _ bytes: [UInt8]) {
        self.init(status, headers: ["Content-Type": contentType], body: .bytes(bytes))
    }
}

/// An answer's content.
package enum HTTPResponseBody: Sendable {
    case empty
    case bytes([UInt8])
    /// Written piece by piece; each write waits until the client has room. The closure's end ends the body; an error
    /// breaks the connection off.
    case stream(@Sendable (any HTTPBodyWriter) async throws -> Void)
}

/// Where a streamed answer goes.
package protocol HTTPBodyWriter: Sendable {
    /// Sends a piece and returns when there is room for the next.
    /// - Throws: `CancellationError` when the client has gone away.
    func write(_ bytes: [UInt8]) async throws
}
