package import HTTP
import Logging
import Telemetry

/// The REST API: finds the endpoint of a request, checks key, rate and media types, and lets the endpoint answer.
package final class API: Responder {
    private let router: Router
    private let routes: [Route]
    private let unmatched: RouteMetrics
    private let ids = RequestIDs()
    private let keys: KeyRing
    private let limiter: RateLimiter?
    private let log: AccessLog
    private let configuration: APIConfiguration
    private let events: PipelineEvents
    private let clock = ContinuousClock()

    package init(_ dependencies: ServiceDependencies, configuration: APIConfiguration = APIConfiguration()) {
        events = PipelineEvents(pipeline: dependencies.pipeline)
        let endpoints = Self.endpoints(dependencies, configuration, events)
        let templates = endpoints.map(\.template).reduce(into: [String]()) { templates, template in
            if !templates.contains(template) { templates.append(template) }
        }
        routes = templates.map { template in
            Route(
                template: template,
                endpoints: endpoints.filter { $0.template == template },
                metrics: RouteMetrics(template: template, registry: dependencies.metrics)
            )
        }
        router = Router(templates: templates)
        unmatched = RouteMetrics(template: "unmatched", registry: dependencies.metrics)
        keys = KeyRing(apiKeys: configuration.apiKeys, privateSearchKeys: configuration.privateSearchKeys)
        limiter = configuration.requestsPerMinute.map { [keys] in
            RateLimiter(perMinute: $0, callers: keys.callers, now: ContinuousClock.now)
        }
        log = AccessLog(logger: dependencies.logger)
        self.configuration = configuration
    }

    /// Ends the streams of events within a second. Call it when the process begins to shut down.
    package func endStreams() { events.end() }

    /// Every path with its methods, as the contract has to name them.
    var surface: [(method: HTTPMethod, template: String)] {
        routes.flatMap { route in route.methods.map { ($0, route.template) } }
    }

    package func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy {
        guard case .found(let index, _) = router.match(head), let endpoint = routes[index].endpoint(for: head.method)
        else { return .collect(limit: configuration.maximumBodyBytes) }
        if endpoint.consumes == .jsonOrLines, LineFormat.isNamed(by: head) { return .stream(limit: nil) }
        return .collect(limit: endpoint.bodyLimit ?? configuration.maximumBodyBytes)
    }

    package func respondNow(to request: HTTPRequest) -> HTTPResponse? {
        let started = clock.now
        guard case .found(let index, let parameters) = router.match(request.head),
            let endpoint = routes[index].endpoint(for: request.method)
        else { return dispatchless(request, started: started) }
        guard let now = endpoint.now else { return nil }
        let id = ids.identify(request.head)
        do {
            let caller = try admit(request, to: endpoint)
            let context = RequestContext(
                request: request,
                parameters: parameters,
                requestID: id,
                caller: caller,
                started: started
            )
            guard let response = try now(context) else { return nil }
            try limiter?.admit(caller, endpoint, now: started)
            return finish(response, request, endpoint, routes[index], id, started)
        } catch {
            return finish(response(to: error, endpoint.dialect, id), request, endpoint, routes[index], id, started)
        }
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let started = clock.now
        guard case .found(let index, let parameters) = router.match(request.head),
            let endpoint = routes[index].endpoint(for: request.method)
        else { return dispatchless(request, started: started) }
        let id = ids.identify(request.head)
        let answer: HTTPResponse
        do {
            let caller = try admit(request, to: endpoint)
            try limiter?.admit(caller, endpoint, now: started)
            let context = RequestContext(
                request: request,
                parameters: parameters,
                requestID: id,
                caller: caller,
                started: started
            )
            answer = try await endpoint.handle(context)
        } catch {
            answer = response(to: error, endpoint.dialect, id)
        }
        return finish(answer, request, endpoint, routes[index], id, started)
    }
}

// MARK: - Steps

extension API {
    /// Checks what can be checked before the body is read as anything.
    private func admit(_ request: HTTPRequest, to endpoint: Endpoint) throws -> Caller {
        let caller = endpoint.access == .open ? Caller() : try keys.caller(of: request.head)
        if let type = endpoint.produces, !type.isAccepted(by: request.head) {
            throw APIError(.notAcceptable, .invalidRequest, "this route answers with \(type.type)/\(type.subtype)")
        }
        try endpoint.consumes.check(request)
        return caller
    }

    private func response(to error: any Error, _ dialect: ErrorDialect, _ id: String) -> HTTPResponse {
        let known = APIError(error)
        if known == nil {
            log.logger.error("unexpected fault: \(error)", metadata: ["request-id": "\(id)"])
        }
        return (known ?? .unexpected).response(dialect, requestID: id)
    }

    private func finish(
        _ response: HTTPResponse,
        _ request: HTTPRequest,
        _ endpoint: Endpoint,
        _ route: Route,
        _ id: String,
        _ started: ContinuousClock.Instant
    ) -> HTTPResponse {
        var response = response
        response.headers.append("X-Request-Id", id)
        let duration = clock.now - started
        route.metrics.record(request.method, response.status, duration)
        log.record(
            request,
            route: route.template,
            status: response.status,
            duration: duration,
            requestID: id,
            level: endpoint.logLevel
        )
        return response
    }

    /// The answer when no endpoint is meant: 204 with `Allow`, 400, 404 or 405.
    private func dispatchless(_ request: HTTPRequest, started: ContinuousClock.Instant) -> HTTPResponse {
        let id = ids.identify(request.head)
        var metrics = unmatched
        var label = "unmatched"
        var answer: HTTPResponse
        switch router.match(request.head) {
        case .found(let index, _):
            metrics = routes[index].metrics
            label = routes[index].template
            answer = methodAnswer(request.method, routes[index], id)
        case .notFound where request.method == .options && request.head.hasPath("*"):
            answer = HTTPResponse(.noContent, headers: ["Allow": "GET, HEAD, POST, DELETE, OPTIONS"])
        case .notFound:
            answer = APIError.notFound("there is no such route")
                .response(ErrorDialect(path: request.head.rawPath), requestID: id)
        case .malformed:
            answer = APIError.badRequest("the path is not the percent-encoding of UTF-8 text")
                .response(ErrorDialect(path: request.head.rawPath), requestID: id)
        }
        answer.headers.append("X-Request-Id", id)
        let duration = clock.now - started
        metrics.record(request.method, answer.status, duration)
        log.record(
            request,
            route: label,
            status: answer.status,
            duration: duration,
            requestID: id,
            level: .debug
        )
        return answer
    }

    private func methodAnswer(_ method: HTTPMethod, _ route: Route, _ id: String) -> HTTPResponse {
        if method == .options { return HTTPResponse(.noContent, headers: ["Allow": route.allow]) }
        var error = APIError(
            .methodNotAllowed,
            .invalidRequest,
            "\(method.rawValue) is not allowed here; allowed are \(route.allow)"
        )
        error.allow = route.allow
        return error.response(route.dialect, requestID: id)
    }

    private static func endpoints(
        _ services: ServiceDependencies,
        _ configuration: APIConfiguration,
        _ events: PipelineEvents
    ) -> [Endpoint] {
        let endpoints =
            OpenAIRoutes(services, configuration).endpoints
            + OllamaRoutes(services, configuration).endpoints
            + TEIRoutes(services, configuration).endpoints
            + RepoRoutes(services).endpoints
            + ReprocessRoutes(services, configuration).endpoints
            + SearchRoutes(services).endpoints
            + MapRoutes(services).endpoints
            + PipelineRoutes(services, events: events).endpoints
            + WebhookRoutes(services, configuration).endpoints
            + OperationRoutes(services, configuration).endpoints
        return switch configuration.serving {
        case .all: endpoints
        case .service: endpoints.filter { $0.group == .service }
        case .monitoring: endpoints.filter { $0.group == .monitoring }
        }
    }
}

extension RateLimiter {
    /// Open endpoints cost nothing and are not counted.
    fileprivate func admit(_ caller: Caller, _ endpoint: Endpoint, now: ContinuousClock.Instant) throws {
        if endpoint.access == .key { try admit(caller, now: now) }
    }
}
