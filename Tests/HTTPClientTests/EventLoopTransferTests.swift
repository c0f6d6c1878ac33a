import EventLoop
import HTTP
import HTTPClient
import Logging
import Server
import Telemetry
import Testing

/// Transfers on a server's event loop, on one thread with its requests.
@Suite struct EventLoopTransferTests {
    private struct Greeting: RequestResponder {
        func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }

        func answer(to request: HTTPRequest) -> HTTPAnswer {
            .brief { HTTPResponse(.ok, contentType: "text/plain", Array("hello".utf8)) }
        }
    }

    private func withServer(
        loops count: Int = 1,
        _ body: (_ server: HTTPServer, _ client: HTTPClient, _ url: String) async throws -> Void
    ) async throws {
        let loops = try EventLoop.make(count)
        defer { for loop in loops { loop.end() } }
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0),
            loops: loops,
            responder: Greeting(),
            metrics: MetricsRegistry(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let port = try await server.start()
        let client = HTTPClient(loops: loops)
        do { try await body(server, client, "http://127.0.0.1:\(port)") } catch {
            await server.shutdown(grace: .zero)
            throw error
        }
        await server.shutdown(grace: .zero)
        await client.shutdown()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [1, 3]) func `loops ask themselves`(count: Int) async throws {
        try await withServer(loops: count) { _, client, url in
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<200 {
                    group.addTask { try await client.send(HTTPClientRequest("POST", url, body: [1])).body }
                }
                for try await body in group { #expect(body == Array("hello".utf8)) }
            }
        }
    }

    @Test(arguments: HTTPClientFailureTests.misbehaviours)
    func `a server that`(_ misbehaviour: HTTPClientFailureTests.Misbehaviour) async throws {
        try await withServer { _, client, url in
            try await misbehaviour.check(client)
            // Nothing is left that would disturb the others on the loop.
            let after = try await client.send(HTTPClientRequest("GET", url))
            #expect(after.status == 200)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `the servers shutdown does not end the transfers`() async throws {
        let other = FixtureServer.fixed()
        try await withServer { server, client, _ in
            let request = HTTPClientRequest("GET", other.url)
            let before = try await client.send(request)
            await server.shutdown(grace: .zero)
            let after = try await client.send(request)
            #expect(before.status == 200 && after.status == 200)
            await client.shutdown()
            let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
            #expect(error?.code == .shutdown)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a request runs on the loop it is sent from`() async throws {
        let loops = try EventLoop.make(2)
        defer { for loop in loops { loop.end() } }
        let server = FixtureServer.fixed()
        let metrics = MetricsRegistry()
        let client = HTTPClient(metrics: metrics, loops: loops)
        // One connection is kept for each loop: sent in turn from one of them, all go over one.
        for _ in 0..<10 {
            let task = Task(executorPreference: loops[1]) {
                try await client.send(HTTPClientRequest("GET", server.url))
            }
            #expect(try await task.value.status == 200)
        }
        #expect(metrics.gauge("http_client_connections", "").value == 1)
        for _ in 0..<10 { #expect(try await client.send(HTTPClientRequest("GET", server.url)).status == 200) }
        #expect(metrics.gauge("http_client_connections", "").value == 2)
        await client.shutdown()
    }

    @Test(.timeLimit(.minutes(1))) func `a request on a loop that has ended fails`() async throws {
        let server = FixtureServer.fixed()
        let loop = try EventLoop()
        let client = HTTPClient(loops: [loop])
        #expect(try await client.send(HTTPClientRequest("GET", server.url)).status == 200)
        await loop.run { loop.end() }
        let error = await #expect(throws: HTTPClientError.self) {
            try await client.send(HTTPClientRequest("GET", server.url))
        }
        #expect(error?.code == .shutdown)
    }
}
