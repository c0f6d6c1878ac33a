import HTTP
import Testing

@testable import Routing

@Suite struct RouterTests {
    private let router = Router(templates: [
        "/", "/livez", "/repos", "/repos/{owner}/{name}", "/repos/{owner}/{name}/similar", "/v1/models",
        "/v1/models/{id...}",
    ])

    private func describe(_ path: String) -> String {
        switch router.match(HTTPRequestHead(.get, path)) {
        case .found(let route, let parameters): ([route.description] + parameters).joined(separator: " ")
        case .notFound: "none"
        case .malformed: "malformed"
        }
    }

    @Test(arguments: [
        ("/", "0"), ("/livez", "1"), ("/livez?x=1", "1"), ("/live%7A", "1"), ("/livez/", "none"), ("/LIVEZ", "none"),
        ("/repos", "2"), ("/repos/", "none"), ("/repos/a", "none"), ("/repos/a/b", "3 a b"), ("/repos/a/b/", "none"),
        ("/repos/a%2Fc/b", "3 a/c b"), ("/repos/%C3%A9/b", "3 é b"), ("/repos/%FF/b", "malformed"),
        ("/repos/%2/b", "malformed"), ("/repos/%zz/b", "malformed"), ("/repos/a/b/similar", "4 a b"),
        ("/repos/a/b/other", "none"), ("/v1/models/x", "6 x"), ("/v1/models/BAAI/bge", "6 BAAI/bge"),
        ("/v1/models/BAAI%2Fbge", "6 BAAI/bge"), ("/v1/models/", "none"), ("/nothing/%", "malformed"),
        ("", "none"), ("*", "none"), ("//", "none"),
    ])
    func `paths lead to routes`(path: String, expected: String) {
        #expect(describe(path) == expected)
    }
}
