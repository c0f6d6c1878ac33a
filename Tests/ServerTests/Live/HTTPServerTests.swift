import HTTP
import Server
import Testing

@Suite struct HTTPServerTests {
    static let echo = ClosureResponder(
        policy: { head in head.hasPath("/stream") ? .stream(limit: nil) : .collect(limit: 1 << 20) },
        now: { request in
            request.head.hasPath("/livez") ? HTTPResponse(.ok, contentType: "text/plain", Array("ok".utf8)) : nil
        },
        later: { request in
            switch request.body {
            case .bytes(let bytes): HTTPResponse(.ok, contentType: "application/octet-stream", bytes)
            case .stream(let stream):
                HTTPResponse(
                    .ok,
                    body: .stream { writer in
                        for try await piece in stream { try await writer.write(piece) }
                    }
                )
            }
        }
    )

    @Test func `answers on the loop and away`() async throws {
        try await withServer(Self.echo) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            let first = await client.read(until: "ok")
            #expect(first.hasPrefix("HTTP/1.1 200 OK\r\n"))
            await client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
            let second = await client.readAll()
            #expect(second.hasSuffix("\r\n\r\nhello"))
            #expect(second.contains("Connection: close"))
        }
    }

    @Test func `streams both ways`() async throws {
        try await withServer(Self.echo) { _, port in
            let client = try TestClient(port: port)
            await client.send("POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            #expect(await client.read(until: "abc\r\n").contains("Transfer-Encoding: chunked"))
            await client.send("3\r\ndef\r\n0\r\n\r\n")
            #expect(await client.read(until: "0\r\n\r\n") == "3\r\ndef\r\n0\r\n\r\n")
        }
    }

    /// A request without a body is delivered as one with none, whatever is wanted of the bodies sent to its path.
    @Test func `asks for the way of a body only where there is one`() async throws {
        try await withServer(Self.echo) { _, port in
            let client = try TestClient(port: port)
            await client.send("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect(await client.read(until: "\r\n\r\n").contains("Content-Length: 0"))
            await client.send("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na")
            #expect(await client.read(until: "0\r\n\r\n").hasSuffix("1\r\na\r\n0\r\n\r\n"))
        }
    }

    @Test func `refuses with an answer and closes`() async throws {
        try await withServer(Self.echo) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n")
            let answer = await client.readAll()
            #expect(answer.statuses == [400])
            #expect(answer.contains("Connection: close"))
        }
    }

    @Test func `finishes what is in flight before it ends`() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let (release, releaseSignal) = AsyncStream.makeStream(of: Void.self)
        let responder = ClosureResponder(later: { _ in
            signal.yield()
            for await _ in release { break }
            return HTTPResponse(.ok, contentType: "text/plain", Array("late".utf8))
        })
        try await withServer(responder) { server, port in
            let idle = try TestClient(port: port)
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            for await _ in started { break }
            async let end: Void = server.shutdown(grace: .seconds(20))
            #expect(await idle.readAll() == "")
            releaseSignal.yield()
            let answer = await client.readAll()
            #expect(answer.contains("Connection: close"))
            #expect(answer.hasSuffix("late"))
            await end
            #expect(throws: (any Error).self) { try TestClient(port: port) }
        }
    }
}
