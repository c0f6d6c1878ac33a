import HTTP

/// The page for people, at each of the addresses it gives its views.
struct PageRoutes: Sendable {
    private let page: HTTPResponse

    init(_ configuration: APIConfiguration) {
        var response = HTTPResponse(.ok, contentType: "text/html; charset=utf-8", configuration.page)
        for header in configuration.pageHeaders { response.headers.append(header.name, header.value) }
        page = response
    }

    var endpoints: [Endpoint] {
        ["/", "/playground", "/status"].map { template in .immediate(.get, template, produces: nil) { _ in page } }
    }
}
