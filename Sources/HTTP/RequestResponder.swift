/// A responder that settles nothing by the head alone: it answers requests with their bodies.
package protocol RequestResponder: Responder {
    /// How the body is wanted.
    func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy

    /// The answer, or what remains to be done for it. Called on the event loop; must not wait.
    func answer(to request: HTTPRequest) -> HTTPAnswer
}

extension RequestResponder {
    package func receive(_ head: HTTPRequestHead, from peer: String) -> HTTPVerdict {
        .wanted(RequestExchange(responder: self, request: HTTPRequest(head: head, peer: peer)))
    }
}

/// A request that its responder answers as a whole.
private final class RequestExchange<Answering: RequestResponder>: HTTPExchange {
    let responder: Answering
    let request: HTTPRequest

    init(responder: Answering, request: HTTPRequest) {
        self.responder = responder
        self.request = request
    }

    var bodyPolicy: BodyPolicy { responder.bodyPolicy(for: request.head) }

    func answer(_ body: HTTPRequestBody) -> HTTPAnswer {
        var request = request
        request.body = body
        return responder.answer(to: request)
    }
}
