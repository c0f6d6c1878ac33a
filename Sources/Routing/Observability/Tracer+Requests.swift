import HTTP
import Telemetry

extension Tracer {
    /// The span of a request: part of the trace that `traceparent` names, or the begin of one. It ends with the head of
    /// the answer; what is streamed after it is not measured.
    func start(_ head: HTTPRequestHead, route: String) -> Span {
        let parents = head.headers("traceparent")
        // Several are as good as none: nobody can tell which is meant.
        let parent = parents.count == 1 ? parents[0] : ""
        let states = head.headers("tracestate")
        let span = start(
            "\(head.method.rawValue) \(route)",
            kind: .server,
            parent: TraceContext(parent: parent, state: states.isEmpty ? nil : states.joined(separator: ","))
        )
        span.set("http.request.method", head.method.rawValue)
        span.set("http.route", route)
        span.set("url.path", String(decoding: head.bytes[head.pathRange].prefix(256), as: UTF8.self))
        return span
    }
}
