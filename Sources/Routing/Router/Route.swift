import HTTP

/// One path with all its methods.
final class Route: Sendable {
    let template: String
    private let endpoints: [Endpoint]
    /// The value of the header `Allow`.
    let allow: String
    let metrics: RouteMetrics

    init(template: String, endpoints: [Endpoint], metrics: RouteMetrics) {
        self.template = template
        self.endpoints = endpoints
        self.metrics = metrics
        var methods = endpoints.map(\.method.rawValue)
        if let get = methods.firstIndex(of: "GET") { methods.insert("HEAD", at: get + 1) }
        allow = (methods + ["OPTIONS"]).joined(separator: ", ")
    }

    /// What answers `method`; HEAD is answered as GET.
    func endpoint(for method: HTTPMethod) -> Endpoint? {
        let method = method == .head ? .get : method
        return endpoints.first { $0.method == method }
    }

    var methods: [HTTPMethod] { endpoints.map(\.method) }

    /// The error shape of the path as a whole.
    var dialect: ErrorDialect { endpoints.first?.dialect ?? .problem }
}
