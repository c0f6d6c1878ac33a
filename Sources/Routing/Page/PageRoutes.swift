import HTTP

/// The page for people, at each of the addresses it gives its views.
struct PageRoutes: Sendable {
    private let page: StaticDocument

    init(_ configuration: APIConfiguration) {
        page = StaticDocument(
            configuration.page,
            contentType: "text/html; charset=utf-8",
            headers: configuration.pageHeaders
        )
    }

    var endpoints: [Endpoint] {
        ["/", "/playground", "/status"].map { template in
            .immediate(.get, template, produces: nil) { [page] in page.answer($0.head) }
        }
    }
}
