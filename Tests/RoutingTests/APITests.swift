import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Telemetry
import Testing

@testable import Routing

@Suite struct APITests {
    private let services = StubServices()

    @Test(
        arguments: [
            (.get, "/none", 404), (.get, "/repos/a/b/none", 404), (.get, "/v1/none", 404), (.get, "/repos/%FF/b", 400),
            (.delete, "/livez", 405), (.get, "/v1/embeddings", 405), (.put, "/repos/a/b", 405),
            (.patch, "/search", 405), (.trace, "/livez", 405), (.query, "/search", 405),
            (.options, "/search", 204), (.head, "/livez", 200), (.head, "/v1/embeddings", 405),
            (.get, "/search?q=%", 400), (.get, "/search?q=%FF", 400), (.get, "/repos/a/b", 404),
            (.get, "/repos/a/b%00", 404),
        ] as [(HTTPMethod, String, Int)]
    )
    func `odd requests get the right status`(method: HTTPMethod, target: String, status: Int) async throws {
        let answer = try await services.api().ask(method, target)
        #expect(answer.status == status)
        #expect(answer.requestID != nil)
    }

    @Test func `a method that is not allowed is told which are`() async throws {
        let api = services.api()
        #expect(try await api.ask(.delete, "/search").headers["Allow"] == "GET, HEAD, POST, OPTIONS")
        #expect(try await api.ask(.get, "/v1/embeddings").headers["Allow"] == "POST, OPTIONS")
        #expect(api.allowedMethods == [.get, .head, .post, .delete, .options])
        let options = try await api.ask(.options, "/repos/a/b")
        #expect(options.headers["Allow"] == "GET, HEAD, DELETE, OPTIONS")
        #expect(options.body.isEmpty)
    }

    @Test func `errors have the shape of the dialect`() async throws {
        let api = services.api()
        let problem = try await api.ask(.get, "/none", headers: ["X-Request-Id": "me-1"])
        #expect(problem.headers["Content-Type"] == "application/problem+json")
        #expect(problem.requestID == "me-1")
        #expect(
            problem.text
                == #"{"type":"about:blank","title":"Not Found","status":404,"detail":"there is no such route","#
                + #""instance":"me-1"}"#
        )
        #expect(try await api.ask(.get, "/v1/none").json["error"]?["message"] != nil)
        #expect(try await api.ask(.get, "/api/none").json["error"]?.string != nil)
    }

    @Test(
        arguments: [
            (
                "/v1/embeddings",
                #"{"error":{"message":"too large","type":"invalid_request_error","param":null,"code":null}}"#
            ),
            ("/api/embed", #"{"error":"too large"}"#),
            ("/embed", #"{"error":"too large","error_type":"validation"}"#),
            (
                "/repos",
                #"{"type":"about:blank","title":"Content Too Large","status":413,"detail":"too large","instance":"me-1"}"#
            ),
        ]
    )
    func `what the server refuses is told in the dialect too`(path: String, text: String) throws {
        let head = HTTPRequestHead(.post, path, headers: ["X-Request-Id": "me-1"])
        let answer = try #require(services.api().exchange(head)?.refusal(HTTPError(.contentTooLarge, "too large")))
        #expect(answer.status == .contentTooLarge)
        #expect(answer.requestID == "me-1")
        guard case .bytes(let body) = answer.body else { throw APIError.unexpected }
        #expect(String(decoding: body, as: UTF8.self) == text)
    }

    @Test(arguments: ["", "a b", "a\"b", "é", String(repeating: "x", count: 65)])
    func `an insane request id is replaced`(id: String) async throws {
        let answer = try await services.api().ask(.get, "/livez", headers: ["X-Request-Id": id])
        let given = try #require(answer.requestID)
        #expect(given != id)
        #expect(given.utf8.count == 12)
    }

    @Test(
        arguments: [
            (nil, 401), ("Bearer wrong", 401), ("Bearer ", 401), ("Basic one", 401), ("one", 401), ("Bearer onee", 401),
            ("Bearer on", 401), ("Bearer one", 200), ("bearer two", 200), ("Bearer secret", 200),
        ] as [(String?, Int)]
    )
    func `a key opens the API`(authorization: String?, status: Int) async throws {
        let api = services.api {
            $0.keys.all = ["one", "two"]
            $0.keys.privateSearch = ["secret"]
        }
        let headers: HTTPHeaders = authorization.map { ["Authorization": $0] } ?? [:]
        let answer = try await api.ask(.get, "/search?q=x", headers: headers)
        #expect(answer.status == status)
        #expect(try await api.ask(.post, "/v1/embeddings", #"{"input":"a"}"#, headers: headers).status == status)
        for path in ["/livez", "/readyz", "/health", "/metrics", "/openapi.yaml", "/"] {
            #expect(try await api.ask(.get, path).status == 200)
        }
    }

    @Test func `replaced keys count from the next request on`() async throws {
        let api = services.api {
            $0.keys.all = ["old"]
            $0.requestsPerMinute = 1
        }
        func status(_ key: String) async throws -> Int {
            try await api.ask(.get, "/pipeline", headers: ["Authorization": "Bearer \(key)"]).status
        }
        #expect(try await status("old") == 200)
        #expect(try await status("new") == 401)
        api.replaceKeys(APIKeys(all: ["new", "newer"]))
        #expect(try await status("old") == 401)
        #expect(try await status("new") == 200)
        #expect(try await status("new") == 429)
        #expect(try await status("newer") == 200)
    }

    @Test func `only private search keys see private repos`() async throws {
        let api = services.api {
            $0.keys.all = ["one"]
            $0.keys.privateSearch = ["secret"]
        }
        for key in ["one", "secret"] {
            _ = try await api.ask(.get, "/search?q=x", headers: ["Authorization": "Bearer \(key)"])
        }
        #expect(services.search.queries.withLock { $0.map(\.filter.includesPrivate) } == [false, true])
    }

    @Test func `a key that asks too often is told to wait, others are not`() async throws {
        let api = services.api {
            $0.keys.all = ["one", "two"]
            // One a minute: the second comes back a minute later, however busy the machine is.
            $0.requestsPerMinute = 1
        }
        let one: HTTPHeaders = ["Authorization": "Bearer one"]
        #expect(try await api.ask(.get, "/search?q=x", headers: one).status == 200)
        let refused = try await api.ask(.get, "/pipeline", headers: one)
        #expect(refused.status == 429)
        #expect(refused.headers["Retry-After"] != nil)
        #expect(try await api.ask(.get, "/livez", headers: one).status == 200)
        #expect(try await api.ask(.get, "/pipeline", headers: ["Authorization": "Bearer two"]).status == 200)
    }

    @Test(arguments: [
        ("application/json", 200), ("application/json; charset=utf-8", 200), ("Application/JSON", 200),
        ("application/vnd.api+json", 200), ("text/plain", 415), ("application/xml", 415), ("nonsense", 415),
        ("application/json; charset=latin1", 415), ("application/x-www-form-urlencoded", 415),
    ])
    func `content has to be JSON`(type: String, status: Int) async throws {
        let answer = try await services.api()
            .ask(.post, "/v1/embeddings", #"{"input":"a"}"#, headers: ["Content-Type": type])
        #expect(answer.status == status)
        #expect(answer.headers["Accept"] == (status == 415 ? "application/json" : nil))
    }

    @Test(arguments: [
        ("*/*", 200), ("application/json", 200), ("application/*;q=0.5", 200), ("text/html, */*;q=0.1", 200),
        ("text/html", 406), ("application/json;q=0, */*", 406), ("text/plain, image/*", 406),
    ])
    func `an answer that is not wanted is not given`(accept: String, status: Int) async throws {
        #expect(try await services.api().ask(.get, "/search?q=x", headers: ["Accept": accept]).status == status)
    }

    @Test func `requests are counted by route, method and status`() async throws {
        let api = services.api()
        for _ in 0..<3 { _ = try await api.ask(.get, "/livez") }
        _ = try await api.ask(.get, "/repos/a/b")
        _ = try await api.ask(.get, "/wp-admin.php")
        _ = try await api.ask(.delete, "/livez")
        let family = services.metrics.counters(
            "http_requests_total",
            "",
            labels: ["route", "method", "status"]
        )
        #expect(family.labeled("/livez", "GET", "200").value == 3)
        #expect(family.labeled("/repos/{owner}/{name}", "GET", "404").value == 1)
        #expect(family.labeled("unmatched", "GET", "404").value == 1)
        #expect(family.labeled("/livez", "DELETE", "405").value == 1)
        let seconds = services.metrics.histograms("http_request_duration_seconds", "", labels: ["route"])
        #expect(seconds.labeled("/livez").cumulativeCounts.last == 4)
    }

    @Test func `monitoring may have a port of its own`() async throws {
        let service = services.api { $0.serving = .service }
        let monitoring = services.api { $0.serving = .monitoring }
        for path in ["/livez", "/readyz", "/health", "/metrics"] {
            #expect(try await service.ask(.get, path).status == 404)
            #expect(try await monitoring.ask(.get, path).status == 200)
        }
        #expect(try await service.ask(.get, "/search?q=x").status == 200)
        #expect(try await monitoring.ask(.get, "/search?q=x").status == 404)
    }

    @Test func `a fault of the database tells nothing of it`() async throws {
        for (code, status) in [
            (StoreError.Code.unavailable, 503), (.rejected, 500), (.badResponse, 502), (.schema, 503),
        ] {
            services.repos.state.withLock { $0.failure = StoreError(code, "secret detail") }
            let answer = try await services.api().ask(.get, "/repos/a/b")
            #expect(answer.status == status)
            #expect(!answer.text.contains("secret"))
        }
    }
}
