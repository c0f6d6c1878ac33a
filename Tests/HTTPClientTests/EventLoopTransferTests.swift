import HTTP
import HTTPClient
import Logging
import Server
import Telemetry
import Testing

/// Transfers on a server's event loop, on one thread with its requests.
@Suite struct EventLoopTransferTests {
    private final class LoopExecutor: TransferExecutor {
        let loop: EventLoop

        init(_ loop: EventLoop) { self.loop = loop }

        func execute(_ job: @escaping @Sendable () -> Void) { loop.execute(job) }

        func watch(_ descriptor: Int32, onInput: @escaping @Sendable () -> Void) {
            loop.watch(descriptor, onInput: onInput)
        }

        func unwatch(_ descriptor: Int32, onEnd: @escaping @Sendable () -> Void) {
            loop.unwatch(descriptor, onEnd: onEnd)
        }

        func expectInput(of descriptor: Int32, _ isExpected: Bool) { loop.expectInput(of: descriptor, isExpected) }
    }

    private struct Greeting: Responder {
        func bodyPolicy(for head: HTTPRequestHead) -> BodyPolicy { .collect(limit: 1 << 20) }

        func answer(to request: HTTPRequest) -> HTTPAnswer {
            .brief { HTTPResponse(.ok, contentType: "text/plain", Array("hello".utf8)) }
        }
    }

    private func withServer(
        _ body: (_ server: HTTPServer, _ client: HTTPClient, _ url: String) async throws -> Void
    ) async throws {
        var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.eventLoopCount = 1
        let server = HTTPServer(
            configuration: configuration,
            responder: Greeting(),
            metrics: MetricsRegistry(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let port = try await server.start()
        let executor = LoopExecutor(try #require(server.loop))
        let client = HTTPClient { executor }
        do { try await body(server, client, "http://127.0.0.1:\(port)") } catch {
            await server.shutdown(grace: .zero)
            throw error
        }
        await server.shutdown(grace: .zero)
        await client.shutdown()
    }

    @Test(.timeLimit(.minutes(1))) func aLoopAsksItself() async throws {
        try await withServer { _, client, url in
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<200 {
                    group.addTask { try await client.send(HTTPClientRequest("POST", url, body: [1])).body }
                }
                for try await body in group { #expect(body == Array("hello".utf8)) }
            }
        }
    }

    @Test(arguments: HTTPClientFailureTests.misbehaviours)
    func aServerThat(_ misbehaviour: HTTPClientFailureTests.Misbehaviour) async throws {
        try await withServer { _, client, url in
            try await misbehaviour.check(client)
            // Nothing is left that would disturb the others on the loop.
            let after = try await client.send(HTTPClientRequest("GET", url))
            #expect(after.status == 200)
        }
    }

    @Test(.timeLimit(.minutes(1))) func theServersShutdownDoesNotEndTheTransfers() async throws {
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
}
