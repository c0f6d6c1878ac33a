import HTTP
import Telemetry

/// One path with all its methods.
final class Route: Sendable {
    private let endpoints: [Endpoint]
    /// The value of the header `Allow`.
    let allow: String
    let metrics: RouteMetrics

    /// - Parameter groups: endpoints, those of the path itself first; a method that it has is not taken from another.
    init(_ groups: [[Endpoint]], _ registry: MetricsRegistry) {
        var endpoints: [Endpoint] = []
        for endpoint in groups.joined() where !endpoints.contains(where: { $0.method == endpoint.method }) {
            endpoints.append(endpoint)
        }
        self.endpoints = endpoints
        metrics = RouteMetrics(template: endpoints.first?.template ?? RouteMetrics.unmatched, registry: registry)
        var methods = endpoints.map(\.method.rawValue)
        if let get = methods.firstIndex(of: "GET") { methods.insert("HEAD", at: get + 1) }
        allow = (methods + ["OPTIONS"]).joined(separator: ", ")
    }

    /// What answers `method`; HEAD is answered as GET.
    func endpoint(for method: HTTPMethod) -> Endpoint? {
        let method = method == .head ? .get : method
        return endpoints.first { $0.method == method }
    }

    /// The error shape of the path as a whole.
    var dialect: ErrorDialect { endpoints.first?.dialect ?? .problem }
}
