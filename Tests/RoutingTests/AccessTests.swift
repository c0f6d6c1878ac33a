import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Telemetry
import Testing

@testable import Routing

@Suite struct AccessTests {
    private let services = StubServices()

    private var api: API {
        services.api {
            $0.keys = APIKeys(
                all: ["all"],
                read: ["reader", "both"],
                write: ["writer", "both"],
                privateSearch: ["secret"]
            )
        }
    }

    /// What each route needs.
    private static let routes: [(HTTPMethod, String, Endpoint.Access)] = [
        (.post, "/v1/embeddings", .scope(.read)), (.get, "/v1/models", .scope(.read)),
        (.get, "/v1/models/{id...}", .scope(.read)), (.post, "/api/embed", .scope(.read)),
        (.post, "/api/embeddings", .scope(.read)), (.get, "/api/tags", .scope(.read)),
        (.post, "/api/show", .scope(.read)), (.get, "/api/version", .scope(.read)), (.get, "/api/ps", .scope(.read)),
        (.post, "/embed", .scope(.read)), (.post, "/embed_all", .scope(.read)),
        (.post, "/tokenize", .scope(.read)), (.post, "/decode", .scope(.read)),
        (.get, "/info", .scope(.read)), (.post, "/similarity", .scope(.read)), (.post, "/rerank", .scope(.read)),
        (.post, "/v1/rerank", .scope(.read)), (.get, "/repos", .scope(.read)), (.post, "/repos", .scope(.write)),
        (.get, "/repos/{owner}/{name}", .scope(.read)), (.delete, "/repos/{owner}/{name}", .scope(.write)),
        (.post, "/repos/{owner}/{name}/reprocess", .scope(.write)), (.post, "/reprocess", .scope(.admin)),
        (.post, "/import/github", .scope(.admin)), (.get, "/import/github", .scope(.admin)),
        (.get, "/search", .scope(.read)), (.post, "/search", .scope(.read)),
        (.get, "/repos/{owner}/{name}/similar", .scope(.read)), (.get, "/map", .scope(.read)),
        (.get, "/pipeline", .scope(.read)), (.get, "/pipeline/events", .scope(.read)),
        (.post, "/pipeline/pause", .scope(.admin)), (.post, "/pipeline/resume", .scope(.admin)),
        (.get, "/pipeline/replicas", .scope(.admin)),
        (.get, "/pipeline/failures", .scope(.read)), (.post, "/pipeline/failures/retry", .scope(.admin)),
        (.post, "/webhooks/github", .open), (.get, "/access", .key), (.get, "/settings", .scope(.admin)),
        (.get, "/livez", .open), (.get, "/readyz", .open),
        (.get, "/health", .open), (.get, "/metrics", .open), (.get, "/openapi.yaml", .open),
        (.get, "/", .optional(.read)),
        (.get, "/openapi.json", .open), (.get, "/docs", .open),
        (.get, "/playground", .open), (.get, "/status", .open),
    ]

    @Test func `every route needs what it should`() {
        let expected = Dictionary(uniqueKeysWithValues: Self.routes.map { ("\($0) \($1)", $2) })
        let found = services.api().endpoints.map { ("\($0.method) \($0.template)", $0.access) }
        #expect(Dictionary(uniqueKeysWithValues: found) == expected)
    }

    private func ask(_ method: HTTPMethod, _ target: String, _ key: String, _ body: String = "") async throws -> Answer
    {
        try await api.ask(method, target, body, headers: ["Authorization": "Bearer \(key)"])
    }

    @Test(arguments: [
        ("all", 200, 202, 200), ("reader", 200, 403, 403), ("writer", 403, 202, 403), ("both", 200, 202, 403),
        ("secret", 200, 403, 403), ("other", 401, 401, 401),
    ])
    func `a key does what its scopes allow`(key: String, read: Int, write: Int, admin: Int) async throws {
        #expect(try await ask(.get, "/search?q=x", key).status == read)
        #expect(try await ask(.post, "/repos", key, #"{"full_name":"a/b"}"#).status == write)
        #expect(try await ask(.post, "/pipeline/pause", key).status == admin)
    }

    @Test func `a scope that is missing is named`() async throws {
        let answer = try await ask(.post, "/pipeline/pause", "writer")
        #expect(try answer.json["detail"]?.string?.contains("admin") == true)
        #expect(
            answer.headers["WWW-Authenticate"]
                == #"Bearer realm="embed-star", error="insufficient_scope", scope="admin""#
        )
        let inDialect = try await ask(.post, "/v1/embeddings", "writer", #"{"input":"a"}"#)
        #expect(try inDialect.json["error"]?["message"]?.string?.contains("read") == true)
    }

    @Test func `a key is told what it may do`() async throws {
        #expect(try await ask(.get, "/access", "both").text == #"{"scopes":["read","write"],"sees_private":false}"#)
        #expect(try await ask(.get, "/access", "secret").text == #"{"scopes":["read"],"sees_private":true}"#)
        #expect(try await api.ask(.get, "/access").status == 401)
        let open = try await services.api().ask(.get, "/access")
        #expect(open.text == #"{"scopes":["read","write","admin"],"sees_private":false}"#)
    }

    @Test func `without keys for the API one that sees more takes no power away`() async throws {
        let api = services.api { $0.keys.privateSearch = ["secret"] }
        for headers: HTTPHeaders in [[:], ["Authorization": "Bearer secret"], ["Authorization": "Bearer other"]] {
            #expect(try await api.ask(.post, "/pipeline/pause", headers: headers).status == 200)
        }
    }

    /// RFC 6750 §3: nothing is said of a key that was not shown.
    @Test(
        arguments: [
            (nil, #"Bearer realm="embed-star""#),
            ("Bearer wrong", #"Bearer realm="embed-star", error="invalid_token""#),
            ("Negotiate abc", #"Bearer realm="embed-star""#),
        ] as [(String?, String)]
    )
    func `a challenge says what is wrong`(authorization: String?, challenge: String) async throws {
        let headers: HTTPHeaders = authorization.map { ["Authorization": $0] } ?? [:]
        #expect(try await api.ask(.get, "/pipeline", headers: headers).headers["WWW-Authenticate"] == challenge)
    }

    /// RFC 9110 §11.4: any number of spaces, the scheme in any case; RFC 7617: any user, the key as password.
    @Test(arguments: [
        ("Authorization", "Bearer    all", 200), ("authorization", "BEARER all", 200),
        ("Authorization", "Bearer\tall", 401), ("Authorization", "Bearerall", 401), ("Authorization", "Bearer", 401),
        ("Authorization", "Basic dXNlcjphbGw=", 200), ("Authorization", "basic OmFsbA==", 200),
        ("Authorization", "Basic dXNlcjp3cm9uZw==", 401), ("Authorization", "Basic YWxs", 401),
        ("Authorization", "Basic =", 401), ("X-Api-Key", "all", 200), ("x-api-key", "wrong", 401),
        ("api-key", "all", 200),
    ])
    func `a key is shown in several ways`(name: String, value: String, status: Int) async throws {
        #expect(try await api.ask(.get, "/pipeline", headers: [name: value]).status == status)
    }

    @Test func `two fields Authorization are one too many`() async throws {
        let headers: HTTPHeaders = ["Authorization": "Bearer all", "authorization": "Bearer all"]
        let answer = try await api.ask(.get, "/pipeline", headers: headers)
        #expect(answer.status == 400)
        #expect(answer.headers["WWW-Authenticate"]?.contains("invalid_request") == true)
    }

    @Test func `who has no key is refused by the head`() {
        let cases: [(HTTPRequestHead, Int)] = [
            (HTTPRequestHead(.post, "/v1/embeddings", headers: ["Content-Type": "application/json"]), 401),
            (HTTPRequestHead(.post, "/repos", headers: ["Authorization": "Bearer reader"]), 403),
            (HTTPRequestHead(.post, "/none"), 404), (HTTPRequestHead(.put, "/repos"), 405),
            (HTTPRequestHead(.post, "/webhooks/github"), 403),
            (
                HTTPRequestHead(
                    .post,
                    "/repos",
                    headers: ["Authorization": "Bearer all", "Content-Type": "text/plain", "Content-Length": "3"]
                ), 415
            ),
        ]
        for (head, status) in cases {
            guard case .settled(let response) = api.receive(head, from: "") else {
                Issue.record("\(head.rawPath) is not settled")
                continue
            }
            #expect(response.status.code == status)
        }
        let signed = services.api { $0.webhookSecrets = { ["secret"] } }
        for signature in ["", "sha256=12"] {
            let head = HTTPRequestHead(.post, "/webhooks/github", headers: ["X-Hub-Signature-256": signature])
            #expect(signed.exchange(head) == nil)
        }
    }

    @Test(arguments: [("Content-Length", "12"), ("Transfer-Encoding", "chunked")])
    func `content has to have a type`(name: String, value: String) async throws {
        let api = services.api()
        #expect(try await api.ask(.post, "/search", headers: [name: value]).status == 415)
        #expect(try await api.ask(.post, "/search", headers: ["Content-Length": "0"]).status == 400)
        #expect(try await api.ask(.post, "/pipeline/pause", headers: [name: value]).status == 200)
    }

    @Test func `what is left of a share is told`() async throws {
        let api = services.api { $0.requestsPerMinute = 2 }
        let first = try await api.ask(.get, "/pipeline")
        #expect(first.headers["RateLimit-Policy"] == #""key";q=2;w=60"#)
        #expect(first.headers["RateLimit"] == #""key";r=1;t=30"#)
        #expect(first.headers["x-ratelimit-limit-requests"] == "2")
        #expect(first.headers["x-ratelimit-remaining-requests"] == "1")
        #expect(first.headers["x-ratelimit-reset-requests"] == "30s")
        _ = try await api.ask(.get, "/pipeline")
        let refused = try await api.ask(.get, "/pipeline")
        #expect(refused.status == 429)
        #expect(refused.headers["x-ratelimit-remaining-requests"] == "0")
        #expect(try await services.api().ask(.get, "/pipeline").headers["RateLimit"] == nil)
    }

    @Test func `the cache tells nobody what others asked`() async throws {
        for key in ["all", "reader", "secret"] {
            _ = try await ask(.post, "/v1/embeddings", key, #"{"input":"a"}"#)
            _ = try await ask(.get, "/search?q=a", key)
        }
        _ = try await services.api().ask(.post, "/v1/embeddings", #"{"input":"a"}"#)
        let asked = services.embeddings.requests.map(\.partition)
        #expect(Set(asked + [.pipeline]).count == 5)
        #expect(services.search.queries.withLock { $0.map(\.partition) } == Array(asked.prefix(3)))
    }

    @Test func `a client that gave up is counted once, as 499`() async throws {
        let head = HTTPRequestHead(.get, "/search?q=x")
        let exchange = try #require(services.api().exchange(head))
        let answer = exchange.answer(.bytes([]))
        exchange.abandon(ago: .zero)
        _ = await answer.response
        let family = services.metrics.counters("http_requests_total", "", labels: ["route", "method", "status"])
        #expect(family.labeled("/search", "GET", "499").value == 1)
        #expect(family.labeled("/search", "GET", "200").value == 0)
    }
}
