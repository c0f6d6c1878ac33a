import HTTP
import Logging

/// The page for people, at each of the addresses it gives its views.
struct PageRoutes: Sendable {
    /// The page under other addresses.
    static let views = ["/docs", "/playground", "/status"]
    /// What stands where results would.
    private static let start = """
        <div class="start"><h2>Find repositories by what they do</h2>\
        <p>Describe it in your own words: search compares meaning, words and names.</p></div>
        """

    private let page: StaticDocument
    private let results: PageResults

    init(_ services: ServiceDependencies, _ configuration: APIConfiguration) {
        let template = PageTemplate(configuration.page)
        let type = "text/html; charset=utf-8"
        let still = template.filled(["found": Self.start])
        page = StaticDocument(still, contentType: type, headers: configuration.pageHeaders)
        var headers: HTTPHeaders = ["Content-Type": type, "Cache-Control": "private, no-cache"]
        for header in configuration.pageHeaders { headers.append(header.name, header.value) }
        results = PageResults(search: services.search, template: template, headers: headers)
    }

    var endpoints: [Endpoint] {
        Self.views.map { template in
            .immediate(.get, template, produces: nil) { [page] in page.answer($0.head) }
        } + [
            Endpoint(
                method: .get,
                template: "/",
                access: .optional(.read),
                produces: nil,
                logLevel: .debug,
                answer: { [page, results] context in
                    guard let place = PagePlace(context.head) else { return .now(page.answer(context.head)) }
                    return .later { await results.answer(place, context) }
                }
            )
        ]
    }
}
