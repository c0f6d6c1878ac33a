import EventLoop
package import HTTP
import Logging
import Synchronization
import Telemetry

/// The REST API: finds the endpoint of a request, checks key, rate and media types, and lets the endpoint answer.
package final class API: Responder {
    private let router: Router
    private let routes: [Route]
    private let unmatched: RouteMetrics
    private let ids = RequestIDs()
    private let access: Mutex<AccessControl>
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
        access = Mutex(
            AccessControl(
                keys: KeyRing(apiKeys: configuration.apiKeys, privateSearchKeys: configuration.privateSearchKeys),
                perMinute: configuration.requestsPerMinute,
                now: clock.now
            )
        )
        log = AccessLog(logger: dependencies.logger)
        self.configuration = configuration
    }

    /// Ends the streams of events within a second. Call it when the process begins to shut down.
    package func endStreams() { events.end() }

    /// From now on takes these keys and no others.
    package func replaceKeys(_ apiKeys: [String], privateSearchKeys: [String]) {
        let control = AccessControl(
            keys: KeyRing(apiKeys: apiKeys, privateSearchKeys: privateSearchKeys),
            perMinute: configuration.requestsPerMinute,
            now: clock.now
        )
        access.withLock { $0 = control }
    }

    /// The route of a request that belongs into a trace, `unmatched` when there is none for it; nil for probes and
    /// metrics, which would only be noise there.
    func tracedRoute(of head: HTTPRequestHead) -> String? {
        guard case .found(let index, _) = router.match(head), let endpoint = routes[index].endpoint(for: head.method)
        else { return "unmatched" }
        return endpoint.group == .monitoring ? nil : routes[index].template
    }

    /// Every path with its methods, as the contract has to name them.
    var surface: [(method: HTTPMethod, template: String)] {
        routes.flatMap { route in route.methods.map { ($0, route.template) } }
    }

    package var allowedMethods: [HTTPMethod] {
        let methods = Set(routes.flatMap(\.methods)).union([.head, .options])
        return HTTPMethod.allCases.filter(methods.contains)
    }

    package func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy {
        guard case .found(let index, _) = router.match(head), let endpoint = routes[index].endpoint(for: head.method)
        else { return .collect(limit: configuration.maximumBodyBytes) }
        if endpoint.consumes == .jsonOrLines, LineFormat.isNamed(by: head) { return .stream(limit: nil) }
        return .collect(limit: endpoint.bodyLimit ?? configuration.maximumBodyBytes)
    }

    package func refusal(of head: HTTPRequestHead, _ error: HTTPError) -> HTTPResponse? {
        let started = MonotonicInstant.now
        let id = ids.identify(head)
        var metrics = unmatched
        var dialect = ErrorDialect(path: head.rawPath)
        if case .found(let index, _) = router.match(head) {
            metrics = routes[index].metrics
            dialect = routes[index].dialect
        }
        var answer = (APIError(error) ?? .unexpected).response(dialect, requestID: id)
        answer.requestID = id
        metrics.record(head.method, answer.status, seconds: MonotonicInstant.now.seconds(since: started))
        return answer
    }

    package func answer(to request: HTTPRequest) -> HTTPAnswer {
        let started = MonotonicInstant.now
        guard let call = call(for: request, started: started) else {
            return .now(answerWithoutEndpoint(request, started: started))
        }
        do {
            let access = accessControl(of: call.endpoint)
            let context = try context(of: request, call, access)
            try access?.count(context.caller, now: clock.now)
            switch try call.endpoint.answer(context) {
            case .now(let response): return .now(finish(response, request, call))
            case .brief(let work): return .brief { await self.complete(work, request, call) }
            case .later(let work): return .later { await self.complete(work, request, call) }
            }
        } catch {
            return .now(finish(response(to: error, call), request, call))
        }
    }

    private func complete(_ work: EndpointAnswer.Work, _ request: HTTPRequest, _ call: Call) async -> HTTPResponse {
        do { return finish(try await work(), request, call) } catch {
            return finish(response(to: error, call), request, call)
        }
    }
}

// MARK: - Steps

extension API {
    /// A request on its way to the endpoint that answers it.
    private struct Call {
        let route: Route
        let endpoint: Endpoint
        let parameters: [String]
        let id: String
        let started: MonotonicInstant
    }

    /// Nil when no endpoint is meant.
    private func call(for request: HTTPRequest, started: MonotonicInstant) -> Call? {
        guard case .found(let index, let parameters) = router.match(request.head),
            let endpoint = routes[index].endpoint(for: request.method)
        else { return nil }
        return Call(
            route: routes[index],
            endpoint: endpoint,
            parameters: parameters,
            id: ids.identify(request.head),
            started: started
        )
    }

    /// Who may call the endpoint, and how often; nil for one that is open to anybody.
    private func accessControl(of endpoint: Endpoint) -> AccessControl? {
        endpoint.access == .open ? nil : access.withLock { $0 }
    }

    /// Checks what can be checked before the body is read as anything.
    private func context(of request: HTTPRequest, _ call: Call, _ access: AccessControl?) throws -> RequestContext {
        let caller = try access?.keys.caller(of: request.head) ?? Caller()
        if let type = call.endpoint.produces, !type.isAccepted(by: request.head) {
            throw APIError(.notAcceptable, .invalidRequest, "this route answers with \(type.type)/\(type.subtype)")
        }
        try call.endpoint.consumes.check(request)
        return RequestContext(
            request: request,
            parameters: call.parameters,
            requestID: call.id,
            caller: caller,
            started: call.started
        )
    }

    private func response(to error: any Error, _ call: Call) -> HTTPResponse {
        let known = APIError(error)
        if known == nil {
            log.logger.error("unexpected fault: \(error)", metadata: ["request-id": "\(call.id)"])
        }
        return (known ?? .unexpected).response(call.endpoint.dialect, requestID: call.id)
    }

    private func finish(_ response: HTTPResponse, _ request: HTTPRequest, _ call: Call) -> HTTPResponse {
        var response = response
        response.requestID = call.id
        let seconds = MonotonicInstant.now.seconds(since: call.started)
        call.route.metrics.record(request.method, response.status, seconds: seconds)
        log.record(
            request,
            route: call.route.template,
            status: response.status,
            seconds: seconds,
            requestID: call.id,
            level: call.endpoint.logLevel
        )
        return response
    }

    /// The answer when no endpoint is meant: 204 with `Allow`, 400, 404 or 405.
    private func answerWithoutEndpoint(_ request: HTTPRequest, started: MonotonicInstant) -> HTTPResponse {
        let id = ids.identify(request.head)
        var metrics = unmatched
        var label = "unmatched"
        var answer: HTTPResponse
        switch router.match(request.head) {
        case .found(let index, _):
            metrics = routes[index].metrics
            label = routes[index].template
            answer = methodAnswer(request.method, routes[index], id)
        case .notFound:
            answer = APIError.notFound("there is no such route")
                .response(ErrorDialect(path: request.head.rawPath), requestID: id)
        case .malformed:
            answer = APIError.badRequest("the path is not the percent-encoding of UTF-8 text")
                .response(ErrorDialect(path: request.head.rawPath), requestID: id)
        }
        answer.requestID = id
        let seconds = MonotonicInstant.now.seconds(since: started)
        metrics.record(request.method, answer.status, seconds: seconds)
        log.record(
            request,
            route: label,
            status: answer.status,
            seconds: seconds,
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
            + PageRoutes(configuration).endpoints
        return switch configuration.serving {
        case .all: endpoints
        case .service: endpoints.filter { $0.group == .service }
        case .monitoring: endpoints.filter { $0.group == .monitoring }
        }
    }
}
