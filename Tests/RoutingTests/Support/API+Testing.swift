import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

/// An answer with its whole body.
struct Answer {
    let status: Int
    let headers: HTTPHeaders
    let requestID: String?
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSONValue {
        get throws { try JSONValue(body) }
    }
}

extension API {
    func ask(
        _ method: HTTPMethod,
        _ target: String,
        _ body: String = "",
        headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var headers = headers
        if !body.isEmpty, headers["Content-Type"] == nil { headers["Content-Type"] = "application/json" }
        return try await ask(
            HTTPRequest(head: HTTPRequestHead(method, target, headers: headers), body: .bytes(Array(body.utf8)))
        )
    }

    func ask(_ request: HTTPRequest) async throws -> Answer {
        let response = await answer(to: request).response
        let body: [UInt8]
        switch response.body {
        case .empty: body = []
        case .bytes(let bytes): body = bytes
        case .stream(let write):
            let sink = BodySink()
            try await write(sink)
            body = sink.bytes
        }
        return Answer(
            status: response.status.code,
            headers: response.headers,
            requestID: response.requestID,
            body: body
        )
    }
}

extension API {
    func answer(to request: HTTPRequest) -> HTTPAnswer {
        switch receive(request.head, from: request.peer) {
        case .settled(let response): .now(response)
        case .wanted(let exchange): exchange.answer(request.body)
        }
    }

    /// The exchange of a request that is not settled by its head.
    func exchange(_ head: HTTPRequestHead) -> (any HTTPExchange)? {
        if case .wanted(let exchange) = receive(head, from: "") { exchange } else { nil }
    }
}

/// Keeps what is written.
final class BodySink: HTTPBodyWriter {
    private let pieces = Mutex<[[UInt8]]>([])

    var bytes: [UInt8] { pieces.withLock { $0.flatMap { $0 } } }
    var count: Int { pieces.withLock(\.count) }

    func write(_ bytes: [UInt8]) async throws { pieces.withLock { $0.append(bytes) } }
}

extension HTTPAnswer {
    /// The answer, waited for.
    var response: HTTPResponse {
        get async {
            switch self {
            case .now(let response): response
            case .brief(let work), .later(let work): await work()
            }
        }
    }

    /// The answer when it needs no waiting.
    var immediate: HTTPResponse? {
        if case .now(let response) = self { response } else { nil }
    }
}
