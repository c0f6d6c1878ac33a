import EmbeddingCore
import HTTP
import Logging
import Pipeline
import Routing
import Server
import ServiceLifecycle
import Settings
import Storage
import Telemetry
import UnixSignals

/// The service: all parts, wired, and their life from start to shutdown.
struct Application {
    private let context: CommandContext
    private let logger: Logger

    init(_ context: CommandContext) {
        self.context = context
        logger = context.logger("service")
    }

    /// Runs until SIGTERM or SIGINT.
    /// - Throws: what stops a start: `EmbeddingError`, `SystemError` when a port is taken, `StoreError`.
    func run() async throws {
        let settings = context.settings
        if let warning = RetiredSetting.warning(for: settings.retired) { logger.warning("\(warning)") }
        for name in settings.misspelt { logger.warning("\(name.warning)") }
        let storage = context.storage()
        let shared = SharedLoop()
        let embeddings = try context.embeddings(on: shared)
        let tracing = Tracing(context)
        let pipeline = EmbeddingPipeline(
            queue: storage.jobs,
            service: embeddings,
            configuration: context.pipelineConfiguration,
            tracer: tracing?.tracer,
            metrics: context.metrics,
            logger: context.logger("pipeline")
        )
        let search = try SearchServices(context, storage, embeddings, pipeline)
        let health = HealthMonitor(
            store: storage.repos,
            embeddings: embeddings,
            pipeline: pipeline,
            search: search.health,
            metrics: context.metrics,
            logger: context.logger("health")
        )
        let dependencies = ServiceDependencies(
            embeddings: embeddings,
            repos: storage.repos,
            deadLetters: storage.deadLetters,
            idempotency: storage.idempotency,
            search: search.search,
            map: search.map,
            pipeline: pipeline,
            health: health,
            metrics: context.metrics,
            exposition: exposition(),
            logger: context.logger("http")
        )
        let servers = try await startServers(dependencies, tracing?.tracer)
        shared.share(servers.last?.server.loop)
        let rotations = servers.compactMap {
            KeyRotation(settings: settings, api: $0.api, redaction: context.redaction, logger: context.logger("keys"))
        }
        let lifetime = PipelineLifetime(storage: storage, pipeline: pipeline, health: health, logger: logger)
        let exporter: [any Service] = tracing.map { [$0.lifetime] } ?? []
        // They are stopped in the opposite order: readiness goes first, then the servers, then what works behind them,
        // and last what sends the traces of all that.
        try await runGroup(exporter + [lifetime] + search.lifetimes + rotations + servers + [health])
    }

    private func runGroup(_ services: [any Service]) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "embed-star.lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        // Each part ends within its own grace; this is for one that hangs.
        let grace = context.settings[ServerSettings.shutdownGrace]
        configuration.maximumGracefulShutdownDuration = .milliseconds(2 * grace + 2000)
        try await ServiceGroup(configuration: configuration).run()
        logger.notice("stopped")
    }

    /// Binds the ports, so that a taken one stops the start.
    private func startServers(_ dependencies: ServiceDependencies, _ tracer: Tracer?) async throws -> [ServerLifetime] {
        let settings = context.settings
        let port = settings[ServerSettings.port]
        if !ServerSettings.isLoopbackOnly(settings), settings[APISettings.apiKeys].isEmpty {
            logger.warning("everybody who reaches \(settings[ServerSettings.host]) may use the API; set API_KEYS")
        }
        guard let monitoringPort = settings[ServerSettings.monitoringPort], monitoringPort != port || port == 0 else {
            return [try await start(.all, port: port, dependencies, tracer)]
        }
        return [
            try await start(.monitoring, port: monitoringPort, dependencies, nil),
            try await start(.service, port: port, dependencies, tracer),
        ]
    }

    private func start(
        _ serving: APIConfiguration.Serving,
        port: Int,
        _ dependencies: ServiceDependencies,
        _ tracer: Tracer?
    ) async throws -> ServerLifetime {
        let api = API(dependencies, configuration: context.apiConfiguration(serving: serving))
        let server = HTTPServer(
            configuration: context.serverConfiguration(port: port),
            responder: tracer.map { TracedAPI(api, tracer: $0) as any Responder } ?? api,
            metrics: context.metrics,
            logger: context.logger("server")
        )
        let bound = try await server.start()
        let host = context.settings[ServerSettings.host]
        let what = serving == .monitoring ? "health and metrics" : "requests"
        logger.notice("listening for \(what) on http://\(host.contains(":") ? "[\(host)]" : host):\(bound)")
        return ServerLifetime(server: server, api: api)
    }

    private func exposition() -> @Sendable (_ openMetrics: Bool) -> [UInt8] {
        let registry = context.metrics
        let process = ProcessMetrics(registry: registry)
        registry.gauges("build_info", "The build; always 1.", labels: ["version"]).labeled(Version.current).set(1)
        return { openMetrics in
            process.update()
            return PrometheusText.render(registry, as: openMetrics ? .openMetrics : .prometheus)
        }
    }
}
