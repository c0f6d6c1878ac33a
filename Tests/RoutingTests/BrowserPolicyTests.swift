import HTTP
import Testing

@testable import Routing

/// What pages of other origins may have a browser do.
@Suite struct BrowserPolicyTests {
    private let services = StubServices()

    @Test(
        arguments: [
            ([:], 200), (["Sec-Fetch-Site": "cross-site"], 403), (["Sec-Fetch-Site": "same-site"], 403),
            (["Sec-Fetch-Site": "same-origin", "Origin": "https://outside.example"], 200),
            (["Sec-Fetch-Site": "none"], 200), (["Origin": "http://here.example:9090"], 200),
            (["Origin": "http://HERE.example:9090"], 200), (["Origin": "http://here.example"], 403),
            (["Origin": "http://elsewhere.example"], 403), (["Origin": "null"], 403),
            (["Origin": "https://app.example"], 200),
            (["Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"], 200),
        ] as [(HTTPHeaders, Int)]
    )
    func `pages of other origins command nothing`(fields: HTTPHeaders, status: Int) async throws {
        let api = services.api { $0.allowedOrigins = ["https://app.example"] }
        var headers: HTTPHeaders = ["Host": "here.example:9090"]
        for field in fields.fields { headers.append(field.name, field.value) }
        #expect(try await api.ask(.post, "/pipeline/pause", headers: headers).status == status)
        #expect(try await api.ask(.post, "/v1/embeddings", #"{"input":"a"}"#, headers: headers).status == status)
        #expect(try await api.ask(.get, "/search?q=x", headers: headers).status == status)
        #expect(try await api.ask(.get, "/pipeline", headers: headers).status == 200)
        #expect(try await api.ask(.options, "/pipeline/pause", headers: headers).status == 204)
    }

    @Test func `a link may lead to a search`() async throws {
        let headers: HTTPHeaders = ["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"]
        #expect(try await services.api().ask(.get, "/search?q=x", headers: headers).status == 200)
        #expect(try await services.api().ask(.post, "/pipeline/pause", headers: headers).status == 403)
    }

    @Test func `pages of the origins named read answers`() async throws {
        let api = services.api {
            $0.allowedOrigins = ["https://app.example"]
            $0.keys.all = ["key"]
        }
        let refused = try await api.ask(.get, "/pipeline", headers: ["Origin": "https://app.example"])
        #expect(refused.status == 401)
        #expect(refused.headers["Access-Control-Allow-Origin"] == "https://app.example")
        let answer = try await api.ask(
            .get,
            "/pipeline",
            headers: ["Origin": "https://app.example", "Authorization": "Bearer key"]
        )
        #expect(answer.headers["Access-Control-Allow-Origin"] == "https://app.example")
        #expect(answer.headers["Access-Control-Expose-Headers"]?.contains("X-Request-Id") == true)
        #expect(answer.headers["Vary"] == "Origin")
        let other = try await api.ask(.get, "/pipeline", headers: ["Origin": "https://other.example"])
        #expect(other.headers["Access-Control-Allow-Origin"] == nil)
        #expect(other.headers["Vary"] == "Origin")
        let none = try await services.api().ask(.get, "/pipeline", headers: ["Origin": "https://app.example"])
        #expect(none.headers["Vary"] == nil)
    }

    @Test func `a preflight is answered for the origins named`() async throws {
        let api = services.api {
            $0.allowedOrigins = ["https://app.example"]
            $0.keys.all = ["key"]
        }
        func preflight(_ origin: String) async throws -> Answer {
            try await api.ask(
                .options,
                "/v1/embeddings",
                headers: [
                    "Origin": origin, "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "authorization,x-stainless-os",
                    "Access-Control-Request-Private-Network": "true",
                ]
            )
        }
        let allowed = try await preflight("https://app.example")
        #expect(allowed.status == 204)
        #expect(allowed.headers["Access-Control-Allow-Origin"] == "https://app.example")
        #expect(allowed.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS")
        #expect(allowed.headers["Access-Control-Allow-Headers"] == "authorization,x-stainless-os")
        #expect(allowed.headers["Access-Control-Allow-Private-Network"] == "true")
        let refused = try await preflight("https://other.example")
        #expect(refused.status == 204)
        #expect(!refused.headers.fields.contains { $0.name.hasPrefix("Access-Control") })
    }

    @Test func `any origin may be let in`() async throws {
        let api = services.api { $0.allowedOrigins = ["*"] }
        let answer = try await api.ask(.post, "/pipeline/pause", headers: ["Origin": "https://other.example"])
        #expect(answer.status == 200)
        #expect(answer.headers["Access-Control-Allow-Origin"] == "https://other.example")
    }

    @Test(
        arguments: [
            ("localhost", 200), ("localhost:9090", 200), ("LOCALHOST.", 200), ("me.localhost:1", 200),
            ("127.0.0.1:9090", 200), ("127.1.2.3", 200), ("[::1]:9090", 200), ("evil.example", 403),
            ("127.0.0.1.evil.example", 403), ("127.evil.0.1", 403), ("10.0.0.1", 403), ("localhost.evil.example", 403),
            ("127.1", 200), ("[::ffff:127.0.0.1]", 200), ("0.0.0.0", 403), ("[::]", 403), ("ip6-localhost", 403),
            ("127.0.0.1 evil.example", 403), ("mine.example:443", 200), ("a.b.below.example", 200),
            ("below.example", 403), (nil, 200),
        ] as [(String?, Int)]
    )
    func `on a loopback address without keys only known names are taken`(host: String?, status: Int) async throws {
        let api = services.api {
            $0.isLoopbackOnly = true
            $0.allowedHosts = ["mine.example", "*.below.example"]
        }
        let headers: HTTPHeaders = host.map { ["Host": $0] } ?? [:]
        for path in ["/pipeline", "/livez", "/metrics"] {
            #expect(try await api.ask(.get, path, headers: headers).status == status)
        }
        #expect(try await api.ask(.get, "/none", headers: headers).status == (status == 200 ? 404 : status))
    }

    @Test func `elsewhere every name is taken, unless some are named`() async throws {
        let headers: HTTPHeaders = ["Host": "other.example"]
        #expect(try await services.api().ask(.get, "/pipeline", headers: headers).status == 200)
        let closed = services.api {
            $0.isLoopbackOnly = true
            $0.keys.all = ["key"]
        }
        #expect(try await closed.ask(.get, "/livez", headers: headers).status == 200)
        let named = services.api { $0.allowedHosts = ["mine.example"] }
        #expect(try await named.ask(.get, "/pipeline", headers: headers).status == 403)
    }
}
