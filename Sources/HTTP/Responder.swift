/// What answers requests. The server asks in this order: `bodyPolicy` when the head of a request with a body is
/// complete, `respondNow` when a collected body is complete or there is none, `respond` when that gave nil.
package protocol Responder: Sendable {
    /// How the body is wanted. Called on the event loop; must not wait.
    func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy

    /// An answer that needs no waiting (probes, metrics, full cache hits), or nil. Called on the event loop.
    func respondNow(to request: HTTPRequest) -> HTTPResponse?

    /// The answer. The task is cancelled when the client goes away.
    func respond(to request: HTTPRequest) async -> HTTPResponse

    /// How a request is told that the server refuses it once its head is known, such as for too large a body; nil for
    /// the server's own words. Called on the event loop.
    func refusal(of head: HTTPRequestHead, _ error: HTTPError) -> HTTPResponse?
}

extension Responder {
    package func respondNow(to request: HTTPRequest) -> HTTPResponse? { nil }

    package func refusal(of head: HTTPRequestHead, _ error: HTTPError) -> HTTPResponse? { nil }
}

/// How a request's body is delivered, and its bound after expansion. A larger one is answered 413.
package enum BodyPolicy: Sendable, Hashable {
    /// Delivered whole.
    case collect(limit: Int)
    /// Delivered in pieces; `limit` is for all of them together, nil without bound.
    case stream(limit: Int?)
}
