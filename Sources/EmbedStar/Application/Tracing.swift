import HTTPClient
import Logging
import OTLP
import ServiceLifecycle
import Settings
import Telemetry

/// Traces as the settings ask for them: what begins them, and what sends them away.
struct Tracing {
    let tracer: Tracer
    let lifetime: any Service

    /// - Returns: nil without an endpoint; nothing is traced then.
    init?(_ context: CommandContext) {
        guard let endpoint = context.settings[TraceSettings.endpoint] else { return nil }
        tracer = Tracer(ratio: context.settings[TraceSettings.ratio], metrics: context.metrics)
        let configuration = TraceExporter.Configuration(
            endpoint: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint,
            headers: context.settings[TraceSettings.headers],
            resource: [
                ("service.name", context.settings[TraceSettings.serviceName]),
                ("service.version", Version.current),
                ("service.instance.id", CommandContext.owner),
            ],
            version: Version.current
        )
        lifetime = ExporterLifetime(
            exporter: TraceExporter(
                tracer: tracer,
                configuration: configuration,
                transport: context.transport,
                metrics: context.metrics,
                logger: context.logger("traces")
            )
        )
    }

}

/// The exporter's life within the service.
private struct ExporterLifetime: Service {
    let exporter: TraceExporter

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.exporter.run() }
    }
}
