/// What answers requests. The server asks it when the head of a request is complete: much is settled then, before a
/// body costs memory or time.
package protocol Responder: Sendable {
    /// What becomes of a request, as far as its head tells. Called on the event loop; must not wait.
    /// - Parameter peer: the client's address, for logs: `127.0.0.1:5123`; empty when unknown.
    func receive(_ head: HTTPRequestHead, from peer: String) -> HTTPVerdict

    /// The methods of which at least one resource has a use: what `OPTIONS *` is told (RFC 9110 §9.3.7).
    var allowedMethods: [HTTPMethod] { get }
}

extension Responder {
    package var allowedMethods: [HTTPMethod] { [.get, .head, .post, .options] }
}

/// What the head of a request decides.
package enum HTTPVerdict: Sendable {
    /// The answer, whatever the body is: it is sent before the body is read, and in place of `100 Continue`.
    case settled(HTTPResponse)
    /// The request is to be read and answered.
    case wanted(any HTTPExchange)
}

/// One request on its way to its answer. All of it is called on the event loop and must not wait.
package protocol HTTPExchange: AnyObject, Sendable {
    /// How the body is wanted.
    var bodyPolicy: BodyPolicy { get }

    /// The answer, or what remains to be done for it. Asked once: when there is no body, when it is collected, or when
    /// it begins to be streamed.
    func answer(_ body: HTTPRequestBody) -> HTTPAnswer

    /// How the client is told that the server refuses the request after all, such as for too large a body; nil for the
    /// server's own words.
    func refusal(_ error: HTTPError) -> HTTPResponse?

    /// The client went away before its answer began.
    /// - Parameter time: since it was seen to go.
    func abandon(ago time: Duration)
}

extension HTTPExchange {
    package func refusal(_ error: HTTPError) -> HTTPResponse? { nil }

    package func abandon(ago time: Duration) {}
}

/// How a request's body is delivered, and its bound after expansion. A larger one is answered 413.
package enum BodyPolicy: Sendable, Hashable {
    /// Delivered whole.
    case collect(limit: Int)
    /// Delivered in pieces; `limit` is for all of them together, nil without bound.
    case stream(limit: Int?)
}
