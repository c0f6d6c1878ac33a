import HTTPClient
import Synchronization

@testable import SurrealDB

/// A transport that answers from a closure and remembers what it was asked.
final class FakeServer: HTTPTransport {
    typealias Answer =
        @Sendable (HTTPClientRequest, _ method: String) async throws(HTTPClientError) -> HTTPClientResponse

    private let answer: Answer
    /// What the server says it is, unless that is left to `answer`; such requests are not remembered.
    private let version: String?
    private let log = Mutex<[HTTPClientRequest]>([])

    var requests: [HTTPClientRequest] { log.withLock { $0 } }

    init(version: String? = "surrealdb-3.2.4", _ answer: @escaping Answer) {
        self.version = version
        self.answer = answer
    }

    /// A server whose sign-in succeeds, with tokens `1`, `2`, …, and whose queries are answered by the closure.
    static func signedIn(
        version: String? = "surrealdb-3.2.4",
        query: @escaping @Sendable (HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse
    ) -> FakeServer {
        let tokens = Mutex(0)
        return FakeServer(version: version) { (request, method) throws(HTTPClientError) in
            guard method == "signin" else { return try await query(request) }
            let number = tokens.withLock { count in
                count += 1
                return count
            }
            return .cbor(["result": .string("\(number)")])
        }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        if let version, request.url.hasSuffix("/version") {
            return HTTPClientResponse(status: 200, body: Array(version.utf8))
        }
        log.withLock { $0.append(request) }
        let envelope = (try? CBORDecoder.decode(request.body)) ?? .none
        return try await answer(request, envelope["method"].string ?? "")
    }
}

extension HTTPClientResponse {
    static func cbor(_ value: SurrealValue, status: Int = 200) -> HTTPClientResponse {
        var encoder = CBOREncoder()
        encoder.append(value)
        return HTTPClientResponse(status: status, body: encoder.bytes)
    }

    /// The answer to a query: each statement's status and result.
    static func statements(_ results: (status: String, result: SurrealValue)...) -> HTTPClientResponse {
        .cbor([
            "result": .array(
                results.map { ["status": .string($0.status), "time": "1ms", "result": $0.result] }
            )
        ])
    }
}
