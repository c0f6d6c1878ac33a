import HTTPClient
import Synchronization

/// A transport that is a function and remembers what was sent.
final class StubTransport: HTTPTransport {
    typealias Answer = @Sendable (HTTPClientRequest) throws(HTTPClientError) -> HTTPClientResponse

    private let answer: Answer
    private let log = Mutex<[HTTPClientRequest]>([])

    init(_ answer: @escaping Answer) { self.answer = answer }

    var requests: [HTTPClientRequest] { log.withLock { $0 } }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        log.withLock { $0.append(request) }
        return try answer(request)
    }
}

extension HTTPClientResponse {
    static func json(_ text: String, status: Int = 200, headers: [(name: String, value: String)] = []) -> Self {
        HTTPClientResponse(status: status, headers: headers, body: Array(text.utf8))
    }
}
