import EmbeddingCore
import HTTP
import JSON
import Telemetry

/// Probes, health, metrics, settings, and the contract.
struct OperationRoutes: Sendable {
    private let health: any HealthSource
    private let exposition: @Sendable (PrometheusText.Format) -> [UInt8]
    private let configuration: APIConfiguration
    private let contract: StaticDocument
    private let contractAsJSON: StaticDocument

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        health = services.health
        exposition = services.exposition
        self.configuration = configuration
        contract = StaticDocument(configuration.contract, contentType: "application/yaml")
        contractAsJSON = StaticDocument(configuration.contractAsJSON, contentType: "application/json")
    }

    var endpoints: [Endpoint] {
        [
            .immediate(.get, "/livez", group: .monitoring, produces: nil) { _ in try live() },
            .immediate(.get, "/readyz", group: .monitoring, produces: nil) { _ in try ready() },
            .immediate(.get, "/health", group: .monitoring) { _ in report() },
            .immediate(.get, "/metrics", group: .monitoring, produces: nil) { metrics($0) },
            .immediate(.get, "/settings", access: .scope(.admin)) { _ in settings() },
            .immediate(.get, "/openapi.yaml", produces: nil) { [contract] in contract.answer($0.head) },
            .immediate(.get, "/openapi.json") { [contractAsJSON] in contractAsJSON.answer($0.head) },
        ]
    }

    private static let live = HTTPResponse(.ok, contentType: "text/plain; charset=utf-8", Array("ok".utf8))

    private func live() throws -> HTTPResponse {
        guard let stall = health.stall else { return Self.live }
        throw APIError(.serviceUnavailable, .unavailable, stall, retryAfter: .seconds(1))
    }

    private func ready() throws -> HTTPResponse {
        switch health.snapshot.readiness {
        case .ready: HTTPResponse(.ok, contentType: "text/plain; charset=utf-8", Array("ready".utf8))
        case .notReady(let reason):
            throw APIError(.serviceUnavailable, .unavailable, reason, retryAfter: .seconds(1))
        }
    }

    private func report() -> HTTPResponse {
        let snapshot = health.snapshot
        return .json(snapshot.state == .down ? .serviceUnavailable : .ok) { json in
            json.member("status", snapshot.state.rawValue)
            json.member("database") { snapshot.database.write(to: &$0) }
            json.member("provider") { snapshot.provider.write(to: &$0) }
            json.member("pipeline") { snapshot.pipeline.write(to: &$0) }
            json.member("search") { snapshot.search.write(to: &$0) }
            json.member("thresholds") { HealthThresholds.standard.write(to: &$0) }
            json.member("version", configuration.version)
            json.member("uptime_seconds", (snapshot.uptime / .seconds(1)).rounded(.down))
        }
    }

    private func settings() -> HTTPResponse {
        var response = HTTPResponse.json { json in
            json.key("settings")
            json.array { json in
                for setting in configuration.settings {
                    json.object { json in
                        json.member("name", setting.name)
                        json.member("value", setting.value)
                        json.member("source", setting.source)
                    }
                }
            }
        }
        response.headers.append("Cache-Control", "no-store")
        return response
    }

    private func metrics(_ context: RequestContext) -> HTTPResponse {
        let openMetrics = MediaType(type: "application", subtype: "openmetrics-text")
        let accepted = context.head.headers("accept").flatMap { $0.split(separator: ",") }
        let wantsOpenMetrics =
            accepted.contains { MediaType.parse($0)?.type == openMetrics } && openMetrics.isAccepted(by: context.head)
        let format: PrometheusText.Format = wantsOpenMetrics ? .openMetrics : .prometheus
        var response = HTTPResponse(.ok, contentType: PrometheusText.contentType(format), exposition(format))
        response.headers.append("Vary", "Accept")
        return response
    }
}

extension ComponentHealth {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("status", state.rawValue)
        if let detail { json.member("detail", detail) }
    }
}

extension HealthThresholds {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("database_probe_seconds", probeInterval / .seconds(1))
        json.member("database_degraded_seconds", degradedAfter / .seconds(1))
        json.member("database_down_seconds", downAfter / .seconds(1))
        json.member("stalled_seconds", stalledAfter / .seconds(1))
    }
}
