import HTTP
import Logging

/// One method of one path: what it takes, who may call it, and what answers.
struct Endpoint: Sendable {
    /// Where it is served when monitoring has a port of its own.
    enum Group: Sendable { case service, monitoring }

    /// Who may call it.
    enum Access: Sendable {
        /// Anybody; it costs nothing and tells nothing.
        case open
        /// Holders of a key, when keys are configured.
        case key
    }

    /// What a request's `Content-Type` may be.
    enum Consumes: Sendable {
        case nothing
        case json
        /// JSON whatever curl's `-d` says of it, as Ollama takes it.
        case jsonOrForm
        /// JSON or `application/x-ndjson`.
        case jsonOrLines
    }

    var method: HTTPMethod
    /// The path with its parameters in braces; the label `route` of the metrics.
    var template: String
    var group = Group.service
    var access = Access.key
    var dialect = ErrorDialect.problem
    var consumes = Consumes.nothing
    /// The media type of a good answer, checked against `Accept`; nil when the client may not choose.
    var produces: MediaType? = .json
    /// The body's bound, when it is not the configured one.
    var bodyLimit: Int?
    var logLevel = Logger.Level.info
    /// The answer that needs no waiting, on the event loop.
    var now: (@Sendable (RequestContext) throws -> HTTPResponse?)?
    var handle: @Sendable (RequestContext) async throws -> HTTPResponse
}

extension Endpoint {
    /// An endpoint whose answer never waits.
    static func immediate(
        _ method: HTTPMethod,
        _ template: String,
        group: Group = .service,
        access: Access = .open,
        dialect: ErrorDialect = .problem,
        produces: MediaType? = .json,
        answer: @escaping @Sendable (RequestContext) throws -> HTTPResponse
    ) -> Endpoint {
        Endpoint(
            method: method,
            template: template,
            group: group,
            access: access,
            dialect: dialect,
            produces: produces,
            logLevel: .debug,
            now: { try answer($0) },
            handle: { try answer($0) }
        )
    }
}
