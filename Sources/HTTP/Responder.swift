/// What answers requests. The server asks in this order: `bodyPolicy` when the head of a request with a body is
/// complete, `answer` when there is no body, when it is collected, or when it begins to be streamed.
package protocol Responder: Sendable {
    /// How the body is wanted. Called on the event loop; must not wait.
    func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy

    /// The answer, or what remains to be done for it. Called on the event loop; must not wait.
    func answer(to request: HTTPRequest) -> HTTPAnswer

    /// The methods of which at least one resource has a use: what `OPTIONS *` is told (RFC 9110 §9.3.7).
    var allowedMethods: [HTTPMethod] { get }

    /// How a request is told that the server refuses it once its head is known, such as for too large a body; nil for
    /// the server's own words. Called on the event loop.
    func refusal(of head: HTTPRequestHead, _ error: HTTPError) -> HTTPResponse?
}

extension Responder {
    package var allowedMethods: [HTTPMethod] { [.get, .head, .post, .options] }

    package func refusal(of head: HTTPRequestHead, _ error: HTTPError) -> HTTPResponse? { nil }
}

/// How a request's body is delivered, and its bound after expansion. A larger one is answered 413.
package enum BodyPolicy: Sendable, Hashable {
    /// Delivered whole.
    case collect(limit: Int)
    /// Delivered in pieces; `limit` is for all of them together, nil without bound.
    case stream(limit: Int?)
}
