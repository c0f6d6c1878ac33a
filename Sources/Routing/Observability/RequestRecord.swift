import HTTP
import Logging
import Telemetry

/// What metrics, log and trace record of a request. A class, since it is handed on and on: a struct's seven references
/// would be retained each time.
final class RequestRecord: Sendable {
    let head: HTTPRequestHead
    /// The client's address.
    let peer: String
    let id: String
    let metrics: RouteMetrics
    let log: AccessLog
    /// Of good answers.
    let level: Logger.Level
    /// Nil when it is not traced.
    let span: Span?

    init(
        head: HTTPRequestHead,
        peer: String,
        id: String,
        metrics: RouteMetrics,
        log: AccessLog,
        level: Logger.Level,
        span: Span?
    ) {
        self.head = head
        self.peer = peer
        self.id = id
        self.metrics = metrics
        self.log = log
        self.level = level
        self.span = span
    }

    /// The route's template, `unmatched` without one.
    var route: String { metrics.template }

    /// Tells of the request that ended with `status`.
    /// - Parameter reason: why it was refused.
    func end(_ status: HTTPStatus, after seconds: Double, because reason: String? = nil) {
        metrics.record(head.method, status, seconds: seconds)
        log.record(self, status, seconds, because: reason)
        guard let span else { return }
        span.set("http.response.status_code", status.code)
        span.set("embed_star.request_id", id)
        span.end(failure: status.code >= 500 ? String(status.code) : nil)
    }
}
