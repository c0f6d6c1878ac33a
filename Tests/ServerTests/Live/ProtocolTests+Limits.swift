import HTTP
import Server
import Testing

/// What slow, idle and too many clients get.
extension ProtocolTests {
    @Test func `slow headers and bodies are timed out`() async throws {
        let quick: (inout HTTPServerConfiguration) -> Void = {
            $0.timeouts.header = .milliseconds(50)
            $0.timeouts.bodyGrace = .milliseconds(50)
        }
        try await withServer(HTTPServerTests.echo, configure: quick) { _, port in
            let silent = try TestClient(port: port)
            #expect(await silent.readAll() == "")
            for text in ["GET / HT", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na"] {
                let client = try TestClient(port: port)
                await client.send(text)
                #expect(await client.readAll().statuses == [408])
            }
        }
    }

    @Test func `a client that does not take its answer is cut off`() async throws {
        let body = [UInt8](repeating: 0x61, count: 32 << 20)
        let responder = ClosureResponder(now: { _ in HTTPResponse(.ok, contentType: "image/png", body) })
        try await withServer(responder, configure: { $0.timeouts.writeStall = .milliseconds(50) }) { _, port in
            let client = try TestClient(port: port, receiveBuffer: 16 << 10)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await client.waitUntilReset()
            #expect(await client.countAll() < body.count)
        }
    }

    @Test func `an idle connection is closed`() async throws {
        try await withServer(HTTPServerTests.echo, configure: { $0.timeouts.idle = .milliseconds(50) }) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.readAll().statuses == [200])
        }
    }

    @Test func `an answer that takes too long is replaced`() async throws {
        let responder = ClosureResponder(later: { _ in
            for await _ in AsyncStream<Void>.makeStream().stream { break }
            return HTTPResponse(.ok)
        })
        try await withServer(responder, configure: { $0.timeouts.response = .milliseconds(50) }) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.readAll().statuses == [503])
        }
    }

    @Test func `idle connections make room for new ones`() async throws {
        try await withServer(HTTPServerTests.echo, configure: { $0.limits.connections = 4 }) { _, port in
            let idle = try (0..<4).map { _ in try TestClient(port: port) }
            for client in idle {
                await client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = await client.read(until: "ok")
            }
            let client = try TestClient(port: port)
            await client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.read(until: "ok").statuses == [200])
            #expect(await idle[0].readAll() == "")
            await idle[3].send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await idle[3].read(until: "ok").statuses == [200])
        }
    }

    @Test func `what there is no room for is turned away`() async throws {
        try await withServer(HTTPServerTests.echo, configure: { $0.limits.bufferedBytes = 1 << 20 }) { _, port in
            let head = Array("POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n".utf8)
            let body = [UInt8](repeating: 0x61, count: 899_999)
            let clients = try (0..<2).map { _ in try TestClient(port: port) }
            let other = try TestClient(port: port)
            for client in clients { await client.send(head + body) }
            await withTaskGroup { group in
                for client in clients { group.addTask { await client.readAll().statuses } }
                #expect(await group.next() == [503])
                await other.send("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(await other.readAll().statuses == [200])
                for client in clients { await client.send([0x61]) }
                #expect(await group.next() == [200])
            }
            let last = try TestClient(port: port)
            await last.send(head + body + [0x61])
            #expect(await last.read(until: "\r\n\r\n").statuses == [200])
        }
    }

    @Test func `where all connections are in use new ones are turned away`() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let responder = ClosureResponder(later: { _ in
            signal.yield()
            for await _ in AsyncStream<Void>.makeStream().stream { break }
            return HTTPResponse(.ok)
        })
        try await withServer(responder, configure: { $0.limits.connections = 2 }) { _, port in
            let busy = try (0..<2).map { _ in try TestClient(port: port) }
            for client in busy { await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
            var count = 0
            for await _ in started {
                count += 1
                if count == 2 { break }
            }
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.readAll().statuses == [503])
            withExtendedLifetime(busy) {}
        }
    }
}
