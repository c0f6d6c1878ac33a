import EventLoop
package import HTTP
import Logging
import Synchronization
package import Telemetry

/// The REST API: finds the endpoint of a request, and settles by the head alone what can be settled by it: host, origin,
/// route, method, key, rate, and media types.
package final class API: Responder {
    private let router: Router
    private let routes: [Route]
    /// Every endpoint, as the contract has to name them.
    let endpoints: [Endpoint]
    private let unmatched: RouteMetrics
    private let ids = RequestIDs()
    private let access: Mutex<AccessControl>
    private let browsers: BrowserPolicy
    private let log: AccessLog
    private let tracer: Tracer?
    private let configuration: APIConfiguration
    private let events: PipelineEvents
    private let clock = ContinuousClock()

    /// - Parameter tracer: makes a span of each request, but of probes and metrics, which would only be noise.
    package init(
        _ dependencies: ServiceDependencies,
        configuration: APIConfiguration = APIConfiguration(),
        tracer: Tracer? = nil
    ) {
        events = PipelineEvents(pipeline: dependencies.pipeline)
        let endpoints = Self.endpoints(dependencies, configuration, events)
        let aliases = PathAlias.all(of: Set(endpoints.map(\.template)).sorted())
        var paths: [String] = []
        for path in endpoints.map(\.template) + aliases.map(\.path) where !paths.contains(path) { paths.append(path) }
        routes = paths.map { path in
            let targets = [path] + aliases.filter { $0.path == path }.map(\.target)
            return Route(targets.map { target in endpoints.filter { $0.template == target } }, dependencies.metrics)
        }
        router = Router(templates: paths)
        self.endpoints = endpoints
        unmatched = RouteMetrics(template: RouteMetrics.unmatched, registry: dependencies.metrics)
        access = Mutex(Self.control(configuration.keys, configuration, now: clock.now))
        browsers = BrowserPolicy(configuration)
        log = AccessLog(logger: dependencies.logger)
        self.tracer = tracer
        self.configuration = configuration
    }

    /// Ends the streams of events within a second. Call it when the process begins to shut down.
    package func endStreams() { events.end() }

    /// From now on takes these keys and no others.
    package func replaceKeys(_ keys: APIKeys) {
        let control = Self.control(keys, configuration, now: clock.now)
        access.withLock { $0 = control }
    }

    private static func control(
        _ keys: APIKeys,
        _ configuration: APIConfiguration,
        now: ContinuousClock.Instant
    ) -> AccessControl {
        AccessControl(keys: KeyRing(keys), perMinute: configuration.requestsPerMinute, now: now)
    }

    package var allowedMethods: [HTTPMethod] {
        let methods = Set(endpoints.map(\.method)).union([.head, .options])
        return HTTPMethod.allCases.filter(methods.contains)
    }

    package func receive(_ head: HTTPRequestHead, from peer: String) -> HTTPVerdict {
        let started = MonotonicInstant.now
        let peer = configuration.trustedProxies.client(head, from: peer)
        let match = router.match(head)
        guard case .found(let index, let parameters) = match, let endpoint = routes[index].endpoint(for: head.method)
        else { return .settled(unrouted(head, match, peer, started)) }
        let record = record(of: head, peer, routes[index], endpoint)
        do {
            try browsers.checkHost(head)
            try browsers.checkOrigin(head, endpoint)
            let access = access.withLock { $0 }
            var caller = try access.caller(of: head, for: endpoint.access)
            try endpoint.check(head)
            let allowance = try access.count(&caller, from: peer, for: endpoint.access, now: clock.now)
            return .wanted(
                APIExchange(
                    endpoint,
                    parameters,
                    caller,
                    allowance,
                    record,
                    browsers,
                    configuration,
                    started
                )
            )
        } catch {
            return .settled(refuse(error, endpoint.dialect, record, started))
        }
    }
}

// MARK: - What the head settles

extension API {
    private func record(of head: HTTPRequestHead, _ peer: String, _ route: Route?, _ endpoint: Endpoint?)
        -> RequestRecord
    {
        let metrics = route?.metrics ?? unmatched
        return RequestRecord(
            head: head,
            peer: peer,
            id: ids.identify(head),
            metrics: metrics,
            log: log,
            level: endpoint?.logLevel ?? .info,
            span: endpoint?.group == .monitoring ? nil : tracer?.start(head, route: metrics.template)
        )
    }

    /// The answer when no endpoint is meant: 204 with `Allow`, 400, 403, 404 or 405.
    private func unrouted(
        _ head: HTTPRequestHead,
        _ match: Router.Match,
        _ peer: String,
        _ started: MonotonicInstant
    ) -> HTTPResponse {
        var route: Route?
        if case .found(let index, _) = match { route = routes[index] }
        let record = record(of: head, peer, route, nil)
        do {
            try browsers.checkHost(head)
            switch (match, route) {
            case (.malformed, _): throw APIError.badRequest("the path is not valid percent-encoded UTF-8")
            case (_, let route?): return finish(try methodAnswer(head, route), record, started)
            case (_, nil): throw APIError.notFound("there is no such route")
            }
        } catch {
            return refuse(error, route?.dialect ?? ErrorDialect(path: head.rawPath), record, started)
        }
    }

    /// Of a method that no endpoint of the route answers.
    private func methodAnswer(_ head: HTTPRequestHead, _ route: Route) throws -> HTTPResponse {
        guard head.method == .options else {
            var error = APIError(
                .methodNotAllowed,
                .invalidRequest,
                "\(head.method.rawValue) is not allowed here; allowed are \(route.allow)"
            )
            error.allow = route.allow
            throw error
        }
        var response = HTTPResponse(.noContent, headers: ["Allow": route.allow])
        browsers.answerPreflight(&response.headers, for: head, allowing: route.allow)
        return response
    }

    private func refuse(
        _ error: any Error,
        _ dialect: ErrorDialect,
        _ record: RequestRecord,
        _ started: MonotonicInstant
    ) -> HTTPResponse {
        let error = APIError(error) ?? .unexpected
        return finish(error.response(dialect, requestID: record.id), record, started, because: error.detail)
    }

    private func finish(
        _ response: HTTPResponse,
        _ record: RequestRecord,
        _ started: MonotonicInstant,
        because reason: String? = nil
    ) -> HTTPResponse {
        var response = response
        response.requestID = record.id
        browsers.label(&response.headers, for: record.head)
        record.end(response.status, after: MonotonicInstant.now.seconds(since: started), because: reason)
        return response
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
            + TokenRoutes(services, configuration).endpoints
            + RerankRoutes(services, configuration).endpoints
            + SimilarityRoute(services, configuration).endpoints
            + RepoRoutes(services).endpoints
            + ReprocessRoutes(services, configuration).endpoints
            + SearchRoutes(services).endpoints
            + MapRoutes(services).endpoints
            + PipelineRoutes(services, events: events).endpoints
            + GitHubImportRoutes(services).endpoints
            + WebhookRoutes(services, configuration).endpoints
            + AccessRoutes().endpoints
            + OperationRoutes(services, configuration).endpoints
            + PageRoutes(services, configuration).endpoints
        return switch configuration.serving {
        case .all: endpoints
        case .service: endpoints.filter { $0.group == .service }
        case .monitoring: endpoints.filter { $0.group == .monitoring }
        }
    }
}
