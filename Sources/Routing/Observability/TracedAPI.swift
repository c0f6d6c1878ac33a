package import HTTP
package import Telemetry

/// An API whose requests are spans: part of the trace that `traceparent` names, or the begin of one. A span ends with
/// the head of the answer; what is streamed after it is not measured.
package struct TracedAPI: Responder {
    private let api: API
    private let tracer: Tracer

    package init(_ api: API, tracer: Tracer) {
        self.api = api
        self.tracer = tracer
    }

    package func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy { api.bodyPolicy(for: head) }

    package var allowedMethods: [HTTPMethod] { api.allowedMethods }

    package func refusal(of head: HTTPRequestHead, _ error: HTTPError) -> HTTPResponse? {
        api.refusal(of: head, error)
    }

    package func answer(to request: HTTPRequest) -> HTTPAnswer {
        guard let span = span(for: request) else { return api.answer(to: request) }
        switch Span.$current.withValue(span, operation: { api.answer(to: request) }) {
        case .now(let response):
            end(span, response)
            return .now(response)
        case .brief(let work): return .brief { await self.complete(work, span) }
        case .later(let work): return .later { await self.complete(work, span) }
        }
    }

    private func complete(_ work: HTTPAnswer.Work, _ span: Span) async -> HTTPResponse {
        let response = await Span.$current.withValue(span) { await work() }
        end(span, response)
        return response
    }

    private func span(for request: HTTPRequest) -> Span? {
        guard let route = api.tracedRoute(of: request.head) else { return nil }
        let parents = request.head.headers("traceparent")
        // Several are as good as none: nobody can tell which is meant.
        let parent = parents.count == 1 ? parents[0] : ""
        let states = request.head.headers("tracestate")
        let span = tracer.start(
            "\(request.method.rawValue) \(route)",
            kind: .server,
            parent: TraceContext(parent: parent, state: states.isEmpty ? nil : states.joined(separator: ","))
        )
        span.set("http.request.method", request.method.rawValue)
        span.set("http.route", route)
        span.set("url.path", String(request.head.rawPath.prefix(256)))
        return span
    }

    private func end(_ span: Span, _ response: HTTPResponse) {
        span.set("http.response.status_code", response.status.code)
        if let id = response.requestID { span.set("embed_star.request_id", id) }
        span.end(failure: response.status.code >= 500 ? String(response.status.code) : nil)
    }
}
