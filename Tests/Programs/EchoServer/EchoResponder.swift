import HTTP

/// `GET /` and `GET /livez` give a short text, `POST /` and `POST /echo` the body as it came in.
struct EchoResponder: RequestResponder {
    private static let hello = HTTPResponse(.ok, contentType: "text/plain; charset=utf-8", Array("ok\n".utf8))
    private static let notFound = HTTPResponse(
        .notFound,
        contentType: "text/plain; charset=utf-8",
        Array("not found\n".utf8)
    )

    func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy { .collect(limit: 2 << 20) }

    func answer(to request: HTTPRequest) -> HTTPAnswer {
        let head = request.head
        if head.hasPath("/livez") { return .now(respond(to: request, allowed: [.get, .head])) }
        if head.hasPath("/echo") { return .now(respond(to: request, allowed: [.post])) }
        if head.hasPath("/") { return .now(respond(to: request, allowed: [.get, .head, .post])) }
        return .now(Self.notFound)
    }

    private func respond(to request: HTTPRequest, allowed: [HTTPMethod]) -> HTTPResponse {
        guard allowed.contains(request.head.method) else {
            let list = allowed.map(\.rawValue).joined(separator: ", ")
            return HTTPResponse(.methodNotAllowed, headers: ["Allow": list])
        }
        guard request.head.method == .post, case .bytes(let body) = request.body else { return Self.hello }
        let type = request.head.header("content-type") ?? "application/octet-stream"
        return HTTPResponse(.ok, contentType: type, body)
    }
}
