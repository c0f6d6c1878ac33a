import HTTPClient
import Telemetry
import Testing

/// One client and one server talk over a real socket.
@Suite struct HTTPClientTests {
    let client = HTTPClient()

    @Test func `an answer carries status headers and body`() async throws {
        let server = FixtureServer { request, connection in
            connection.answer(201, "X-One: 1\r\nX-Two:  two words \r\n", body: request.head)
            return true
        }
        let request = HTTPClientRequest("GET", server.url + "/a?b=c", headers: [("X-Ask", "yes"), ("X-Empty", "")])
        let response = try await client.send(request)
        #expect(response.status == 201)
        #expect(response.header("x-one") == "1")
        #expect(response.header("X-TWO") == "two words")
        let head = String(decoding: response.body, as: UTF8.self)
        #expect(head.hasPrefix("GET /a?b=c HTTP/1.1\r\n"))
        #expect(head.contains("\r\nX-Ask: yes"))
        #expect(head.contains("\r\nX-Empty:"))
        #expect(head.contains("\r\nUser-Agent: embed-star"))
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE", "QUERY"])
    func `a body of megabytes arrives whole`(method: String) async throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = FixtureServer { request, connection in
            connection.answer(body: "\(request.body == body) \(request.head)")
            return true
        }
        let response = try await client.send(HTTPClientRequest(method, server.url, body: body))
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.hasPrefix("true \(method) / HTTP/1.1"))
        #expect(!text.lowercased().contains("expect:"))
        #expect(!text.lowercased().contains("content-type:"))
    }

    @Test func `one connection serves requests in a row`() async throws {
        let server = FixtureServer.fixed()
        for method in ["GET", "POST", "HEAD", "GET", "DELETE"] {
            let body = method == "POST" ? Array("x".utf8) : []
            let response = try await client.send(HTTPClientRequest(method, server.url, body: body))
            #expect(response.status == 200)
            #expect(response.body == (method == "HEAD" ? [] : Array("ok".utf8)))
        }
        #expect(server.requestCount == 5)
        #expect(server.connectionCount == 1)
    }

    @Test func `concurrent requests stay within the limit of connections`() async throws {
        let server = FixtureServer.fixed()
        let client = HTTPClient(configuration: .init(maxConnectionsPerHost: 4))
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<200 {
                group.addTask { try await client.send(HTTPClientRequest("GET", server.url)).status }
            }
            return try await group.reduce(0) { $0 + ($1 == 200 ? 1 : 0) }
        }
        #expect(count == 200)
        #expect(server.connectionCount <= 4)
    }

    @Test func `a closed connection is replaced unseen`() async throws {
        let server = FixtureServer { _, connection in
            connection.answer(body: "ok")
            return false
        }
        for _ in 0..<20 {
            #expect(try await client.send(HTTPClientRequest("GET", server.url)).status == 200)
        }
        #expect(server.connectionCount == 20)
    }

    @Test func `outcomes are counted`() async throws {
        let metrics = MetricsRegistry()
        let client = HTTPClient(metrics: metrics)
        let server = FixtureServer.fixed()
        _ = try await client.send(HTTPClientRequest("GET", server.url))
        let outcomes = metrics.counters("http_client_requests_total", "", labels: ["outcome"])
        #expect(outcomes.labeled("ok").value == 1)
        #expect(metrics.gauge("http_client_connections", "").value == 1)
        await client.shutdown()
        #expect(metrics.gauge("http_client_connections", "").value == 0)
    }
}
