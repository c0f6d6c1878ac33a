import EmbeddingCore
import EventLoop
import GitHub
import Logging
import Pipeline
import Providers
import Routing
import Server
import ServiceLifecycle
import Settings
import Storage
import SurrealDB
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
    /// - Throws: what stops a start: `EmbeddingError`, `PortError` when a port is taken, `StoreError`.
    func run() async throws {
        let settings = context.settings
        announce()
        if let warning = RetiredSetting.warning(for: settings.retired) { logger.warning("\(warning)") }
        for name in settings.misspelt { logger.warning("\(name.warning)") }
        if let fault = settings.dotEnvFault { logger.warning("\(fault)") }
        let storage = context.storage()
        let loops = try EventLoop.make(Processors.available)
        let models = try ServedModels(context, on: loops)
        let embeddings = models.first
        let tracing = Tracing(context)
        let pipeline = EmbeddingPipeline(
            queue: storage.jobs,
            service: embeddings,
            configuration: context.pipelineConfiguration,
            tracer: tracing?.tracer,
            metrics: context.metrics,
            logger: context.logger("pipeline")
        )
        let search = try SearchServices(context, storage, embeddings, models.reranker, pipeline)
        let stars = context.starImports(storage) { pipeline.wake() }
        let watchdog = Watchdog(loops: loops)
        let health = HealthMonitor(
            store: storage.repos,
            embeddings: embeddings,
            pipeline: pipeline,
            search: search.health,
            watchdog: watchdog,
            remedy: { Doctor.finding(for: $0, settings).remedy },
            metrics: context.metrics,
            logger: context.logger("health")
        )
        let dependencies = ServiceDependencies(
            embeddings: embeddings,
            furtherModels: models.further,
            loadedModels: models.loaded,
            reranker: models.reranker,
            repos: storage.repos,
            deadLetters: storage.deadLetters,
            idempotency: storage.idempotency,
            search: search.search,
            map: search.map,
            pipeline: pipeline,
            starImports: stars,
            health: health,
            metrics: context.metrics,
            exposition: exposition(),
            logger: context.logger("http")
        )
        // From here on, since who finds the ports open may end the service in order.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let servers = try await startServers(dependencies, on: loops, tracing?.tracer)
        let rotation = SecretRotation(
            settings: settings,
            apis: servers.map(\.api),
            redaction: context.redaction,
            logger: context.logger("secrets")
        )
        let lifetime = PipelineLifetime(
            storage: storage,
            models: models.arriving,
            pipeline: pipeline,
            health: health,
            logger: logger
        )
        // They are stopped in the opposite order: readiness goes first, then the servers, then what works behind them,
        // then what sends the traces of all that, and last what watches over it.
        var services: [any Service] = [watchdog]
        if let tracing { services.append(tracing.lifetime) }
        if let rotation { services.append(rotation) }
        services +=
            models.lifetimes + [lifetime, CancellableLifetime { await stars.run() }] + search.lifetimes + servers
            + [health]
        try await runGroup(services, until: signals) {
            pipeline.shutdown()
            for lifetime in servers { await lifetime.server.shutdown(grace: .zero) }
        }
    }

    /// The first line of the log: what runs, and with which of the settings that matter most.
    private func announce() {
        let settings = context.settings
        logger.notice(
            "embed-star \(Version.current)",
            metadata: [
                "provider": "\(settings[GatewaySettings.provider].name.rawValue)",
                "model": "\(settings[GatewaySettings.models].first ?? settings.shown(GatewaySettings.model).text)",
                "database": "\(settings[DatabaseSettings.url])",
                "search-backend": "\(settings[SearchSettings.backend].rawValue)",
                "processors": .stringConvertible(Processors.available),
                "memory-mib": .stringConvertible(MachineMemory.available >> 20),
                "max-connections": .stringConvertible(context.descriptors.service),
                "max-body-bytes": .stringConvertible(settings[APISettings.maxBodyBytes]),
                "request-timeout-ms": .stringConvertible(settings[APISettings.requestTimeout]),
            ]
        )
    }

    /// - Parameter hurry: called at the second signal.
    private func runGroup(
        _ services: [any Service],
        until signals: UnixSignalsSequence,
        hurry: @escaping @Sendable () async -> Void
    ) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            logger: Logger(label: "embed-star.lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        // Each part ends within its own grace; this is for one that hangs.
        let grace = context.settings[ServerSettings.shutdownGrace]
        configuration.maximumGracefulShutdownDuration = .milliseconds(2 * grace + 2000)
        let group = ServiceGroup(configuration: configuration)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask {
                var first: ContinuousClock.Instant?
                for await _ in signals {
                    guard let first else {
                        first = .now
                        // Remembered where it comes before the group runs.
                        await group.triggerGracefulShutdown()
                        continue
                    }
                    // Who signals a process and its group, as a terminal and `timeout` do, means one signal.
                    guard .now - first > .milliseconds(500) else { continue }
                    logger.notice("second signal: stopping immediately")
                    await hurry()
                }
            }
            try await group.run()
            tasks.cancelAll()
        }
        logger.notice("stopped")
    }

    /// Binds the ports, so that a taken one stops the start.
    private func startServers(
        _ dependencies: ServiceDependencies,
        on loops: [EventLoop],
        _ tracer: Tracer?
    ) async throws -> [ServerLifetime] {
        let settings = context.settings
        let port = settings[ServerSettings.port]
        let budget = context.descriptors
        if budget.service < settings[ServerSettings.maxConnections] {
            logger.warning("MAX_CONNECTIONS is lowered to \(budget.service): only \(budget.limit) files may be open")
        }
        if !ServerSettings.isLoopbackOnly(settings), !APIKeys(settings).isClosed {
            logger.warning("anyone who can reach \(settings[ServerSettings.host]) can use the API; set API_KEYS")
        }
        for name in APISettings.guessable(settings) {
            logger.warning("\(name) has a secret of fewer than 16 characters, which can be guessed")
        }
        guard let monitoringPort = settings[ServerSettings.monitoringPort], ServerSettings.hasMonitoringPort(settings)
        else {
            return [try await start(.all, port: port, dependencies, loops, tracer)]
        }
        return [
            try await start(.monitoring, port: monitoringPort, dependencies, loops, nil),
            try await start(.service, port: port, dependencies, loops, tracer),
        ]
    }

    private func start(
        _ serving: APIConfiguration.Serving,
        port: Int,
        _ dependencies: ServiceDependencies,
        _ loops: [EventLoop],
        _ tracer: Tracer?
    ) async throws -> ServerLifetime {
        let api = API(dependencies, configuration: context.apiConfiguration(serving: serving), tracer: tracer)
        let isMonitoring = serving == .monitoring
        let connections = isMonitoring ? context.descriptors.monitoring : context.descriptors.service
        var configuration = context.serverConfiguration(port: port, connections: connections)
        // A port of its own is one of this machine where the service has none.
        if isMonitoring, configuration.socketPath != nil { configuration.host = "127.0.0.1" }
        let server = HTTPServer(
            configuration: configuration,
            loops: loops,
            responder: api,
            metrics: context.metrics,
            logger: context.logger("server")
        )
        let host = configuration.host
        let bound: Int
        do { bound = try await server.start() } catch let error as SystemError {
            throw PortError(host: host, port: port, code: error.code, isMonitoring: isMonitoring)
        }
        let what = isMonitoring ? "health and metrics" : "requests"
        let isBracketed = configuration.socketPath == nil && host.contains(":")
        let address = PortError.address(isBracketed ? "[\(host)]" : host, bound)
        logger.notice("listening for \(what) on \(configuration.socketPath == nil ? "http://" : "")\(address)")
        return ServerLifetime(server: server, api: api)
    }

    private func exposition() -> @Sendable (PrometheusText.Format) -> [UInt8] {
        let registry = context.metrics
        let process = ProcessMetrics(registry: registry)
        registry.gauges("build_info", "The build; always 1.", labels: ["version"]).labeled(Version.current).set(1)
        return { format in
            process.update()
            return PrometheusText.render(registry, as: format)
        }
    }
}
