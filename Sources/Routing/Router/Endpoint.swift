import HTTP
import Logging

/// One method of one path: what it takes, who may call it, and what answers.
final class Endpoint: Sendable {
    /// Where it is served when monitoring has a port of its own.
    enum Group: Sendable { case service, monitoring }

    /// Who may call it.
    enum Access: Sendable, Hashable {
        /// Anybody; it costs nothing and tells nothing.
        case open
        /// Holders of any key, when keys are configured.
        case key
        /// Holders of a key with this scope, when keys are configured.
        case scope(Scope)
        /// Anybody; a query is looked into for those alone who have this scope, and still have a request to spend.
        case optional(Scope)
    }

    /// What a request's `Content-Type` may be.
    enum Consumes: Sendable {
        /// A body is not looked at.
        case nothing
        case json
        /// JSON whatever curl's `-d` says of it, as Ollama takes it.
        case jsonOrForm
        /// JSON or `application/x-ndjson`.
        case jsonOrLines
    }

    let method: HTTPMethod
    /// The path with its parameters in braces; the label `route` of the metrics.
    let template: String
    let group: Group
    let access: Access
    let dialect: ErrorDialect
    let consumes: Consumes
    /// The media type of a good answer, checked against `Accept`; nil when the client may not choose.
    let produces: MediaType?
    /// The body's bound, when it is not the configured one.
    let bodyLimit: Int?
    /// Whether it changes or spends something, so that pages of other origins have no business with it.
    let hasEffect: Bool
    /// What of the head is checked beside all that is checked everywhere.
    let checkHead: (@Sendable (HTTPRequestHead) throws -> Void)?
    let logLevel: Logger.Level
    /// What answers; called on the event loop.
    let answer: @Sendable (RequestContext) throws -> EndpointAnswer

    init(
        method: HTTPMethod,
        template: String,
        group: Group = .service,
        access: Access,
        dialect: ErrorDialect = .problem,
        consumes: Consumes = .nothing,
        produces: MediaType? = .json,
        bodyLimit: Int? = nil,
        hasEffect: Bool? = nil,
        checkHead: (@Sendable (HTTPRequestHead) throws -> Void)? = nil,
        logLevel: Logger.Level = .info,
        answer: @escaping @Sendable (RequestContext) throws -> EndpointAnswer
    ) {
        self.method = method
        self.template = template
        self.group = group
        self.access = access
        self.dialect = dialect
        self.consumes = consumes
        self.produces = produces
        self.bodyLimit = bodyLimit
        self.hasEffect = hasEffect ?? (method != .get)
        self.checkHead = checkHead
        self.logLevel = logLevel
        self.answer = answer
    }
}

extension Endpoint {
    /// An endpoint all of whose work is done away from the event loop.
    convenience init(
        method: HTTPMethod,
        template: String,
        group: Group = .service,
        access: Access,
        dialect: ErrorDialect = .problem,
        consumes: Consumes = .nothing,
        produces: MediaType? = .json,
        bodyLimit: Int? = nil,
        hasEffect: Bool? = nil,
        checkHead: (@Sendable (HTTPRequestHead) throws -> Void)? = nil,
        logLevel: Logger.Level = .info,
        handle: @escaping @Sendable (RequestContext) async throws -> HTTPResponse
    ) {
        self.init(
            method: method,
            template: template,
            group: group,
            access: access,
            dialect: dialect,
            consumes: consumes,
            produces: produces,
            bodyLimit: bodyLimit,
            hasEffect: hasEffect,
            checkHead: checkHead,
            logLevel: logLevel,
            answer: { context in
                // A streamed body takes as long as its client takes to send it.
                if case .stream = context.body { return .later { try await handle(context) } }
                return .later {
                    try await TimeLimit.run(context.timeLimit - context.elapsed, or: APIError.late) {
                        try await handle(context)
                    }
                }
            }
        )
    }

    /// Checks what of a request can be checked before its body is read.
    /// - Throws: `APIError` 406, 415, and what `checkHead` throws.
    func check(_ head: HTTPRequestHead) throws {
        if let produces, !produces.isAccepted(by: head) {
            throw APIError(.notAcceptable, .invalidRequest, "this route answers with \(produces)")
        }
        try consumes.check(head)
        try checkHead?(head)
    }

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
            answer: { .now(try answer($0)) }
        )
    }
}
