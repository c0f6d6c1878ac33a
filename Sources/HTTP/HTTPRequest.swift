/// A request as a responder sees it.
package struct HTTPRequest: Sendable {
    package var head: HTTPRequestHead
    package var body: HTTPRequestBody
    /// The client's address, for logs: `127.0.0.1:5123`; empty when unknown.
    package var peer: String

    package init(head: HTTPRequestHead, body: HTTPRequestBody = .bytes([]), peer: String = "") {
        self.head = head
        self.body = body
        self.peer = peer
    }
}

/// A request's content, gzip already expanded.
package enum HTTPRequestBody: Sendable {
    /// The whole of it.
    case bytes([UInt8])
    /// Pieces as they arrive; reading slowly slows the client.
    case stream(HTTPBodyStream)
}

/// A sequence of pieces with back-pressure. It throws `HTTPError` when the limit is passed or the client fails, and
/// `CancellationError` when it has gone away.
package struct HTTPBodyStream: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    private let next: @Sendable () async throws -> [UInt8]?

    /// - Parameter next: gives the next piece, nil at the end.
    package init(next: @escaping @Sendable () async throws -> [UInt8]?) { self.next = next }

    package func makeAsyncIterator() -> Iterator { Iterator(nextPiece: next) }

    package struct Iterator: AsyncIteratorProtocol {
        let nextPiece: @Sendable () async throws -> [UInt8]?

        package mutating func next() async throws -> [UInt8]? { try await nextPiece() }
    }
}
