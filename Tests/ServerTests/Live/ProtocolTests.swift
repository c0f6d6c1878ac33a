import Dispatch
import HTTP
import Server
import Synchronization
import Telemetry
import Testing

/// What goes over the wire.
@Suite struct ProtocolTests {
    /// Sends all of it in one go and gives all that comes until the server closes.
    private func exchange(_ text: String, endOutput: Bool = false) async throws -> String {
        var answer = ""
        try await withServer(HTTPServerTests.echo) { _, port in
            let client = try TestClient(port: port)
            await client.send(text)
            if endOutput { client.endOutput() }
            answer = await client.readAll()
        }
        return answer
    }

    @Test func `pipelined requests are answered in order`() async throws {
        var text = ""
        for index in 0..<200 {
            // Answered away from the loop and on it, in turn.
            text += "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n<\(1000 + index)"
            text += "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
        }
        text += "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let answer = try await exchange(text)
        #expect(answer.statuses == Array(repeating: 200, count: 401))
        let order = answer.split(separator: "<").dropFirst().compactMap { Int($0.prefix(4)) }
        #expect(order == Array(1000..<1200))
    }

    @Test func `a pipeline is read no further than it is answered`() async throws {
        let (go, signal) = AsyncStream.makeStream(of: Void.self)
        let responder = ClosureResponder(
            now: { $0.head.hasPath("/wait") ? nil : HTTPResponse(.ok) },
            later: { _ in
                for await _ in go { break }
                return HTTPResponse(.ok)
            }
        )
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
            let requests = Array(request.utf8) + [UInt8](repeating: 0x61, count: 100_000)
            let sending = Task { for _ in 0..<200 { await client.send(requests) } }
            // 20 MB: as much as the buffers hold goes, and no more.
            await client.waitUntilSendingStalls()
            signal.yield()
            #expect(await client.read(until: "\r\n\r\n", times: 201).statuses.count == 201)
            await sending.value
        }
    }

    @Test func `a pipeline gives others their turn`() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let gate = DispatchSemaphore(value: 0)
        let answered = Atomic<Int>(0)
        let responder = ClosureResponder(now: { request in
            if request.head.hasPath("/gate") {
                signal.yield()
                gate.wait()
            }
            let before = answered.add(1, ordering: .relaxed).oldValue
            return HTTPResponse(.ok, contentType: "text/plain", Array("<\(before)>".utf8))
        })
        try await withServer(responder) { _, port in
            let greedy = try TestClient(port: port)
            let other = try TestClient(port: port)
            await greedy.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
            for await _ in started { break }
            // The loop stands still until both have all their requests there.
            await greedy.send(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 1999))
            await greedy.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            await other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await greedy.waitUntilSent()
            await other.waitUntilSent()
            gate.signal()
            let body = await other.read(until: ">").split(separator: "<").last.map { $0.dropLast() }
            let before = try #require(body.flatMap { Int($0) })
            #expect(before <= 3 * HTTPServerConfiguration().limits.pipelinedRequests)
            #expect(await greedy.readAll().statuses.count == 2001)
        }
    }

    @Test func `pipelined answers may be larger than the output`() async throws {
        let responder = ClosureResponder(now: { _ in
            HTTPResponse(.ok, contentType: "image/png", [UInt8](repeating: 0x61, count: 10_000))
        })
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            let last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            await client.send(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 299) + last)
            #expect(await client.readAll().statuses.count == 300)
        }
    }

    @Test func `requests before a bad one are answered`() async throws {
        let answer = try await exchange(
            "GET /livez HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n\r\nGET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        #expect(answer.statuses == [200, 400])
    }

    @Test func `a client that closed its side gets its answer`() async throws {
        let answer = try await exchange("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", endOutput: true)
        #expect(answer.hasSuffix("\r\n\r\nhi"))
    }

    @Test func `an incomplete request is refused`() async throws {
        #expect(try await exchange("GET / HTTP/1.1\r\nHo", endOutput: true).statuses == [400])
        let body = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhi"
        #expect(try await exchange(body, endOutput: true).statuses == [400])
    }

    @Test func `head is get without a body`() async throws {
        let answer = try await exchange("HEAD /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer.contains("Content-Length: 2"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: [
        RequestSample("no host", "HEAD / HTTP/1.1\r\n\r\n"),
        RequestSample("a wrong target", "HEAD /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
        RequestSample("a long target", "HEAD /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n"),
        RequestSample("another version", "HEAD / HTTP/2.0\r\nHost: a\r\n\r\n"),
        RequestSample("another expectation", "HEAD / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"),
        RequestSample("a wrong length", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"),
        RequestSample("a head cut short", "HEAD / HTTP/1.1\r\nHo"),
    ])
    func `a refused head gets no body either`(_ sample: RequestSample) async throws {
        let answer = try await exchange(String(decoding: sample.bytes, as: UTF8.self), endOutput: true)
        #expect(answer.statuses.count == 1)
        #expect(answer.contains("Content-Type: application/problem+json"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test func `older clients are let go unless they ask to stay`() async throws {
        #expect(try await exchange("GET /livez HTTP/1.0\r\n\r\n").contains("Connection: close"))
        let kept = try await exchange(
            "GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /livez HTTP/1.0\r\n\r\n"
        )
        #expect(kept.statuses == [200, 200])
        #expect(kept.contains("Connection: keep-alive"))
    }

    @Test func `the server itself has options`() async throws {
        let answer = try await exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(answer.statuses == [204])
        #expect(answer.contains("Allow: GET, HEAD, POST, OPTIONS\r\n"))
    }

    /// RFC 9110 §9.3.7: a body is allowed and means nothing.
    @Test func `options of the server may have a body`() async throws {
        let answer = try await exchange(
            "OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                + "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        )
        #expect(answer.statuses == [204, 200])
    }

    /// RFC 9110 §15.5.6: a 405 says what is allowed.
    @Test func `a tunnel is not allowed`() async throws {
        let answer = try await exchange("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")
        #expect(answer.statuses == [405])
        #expect(answer.contains("Allow: GET, HEAD, POST, OPTIONS\r\n"))
    }

    @Test func `a body that is expected is asked for`() async throws {
        try await withServer(HTTPServerTests.echo) { _, port in
            for path in ["/x", "/stream"] {
                let client = try TestClient(port: port)
                await client.send(
                    "POST \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
                )
                let first = await client.read(until: "\r\n\r\n")
                #expect(first.hasPrefix("HTTP/1.1 100 Continue\r\n\r\n"))
                await client.send("abc")
                #expect(await (first + client.read(until: "abc")).statuses == [100, 200])
            }
        }
    }

    @Test func `a body over the limit is refused without being read`() async throws {
        let head = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n"
        #expect(try await exchange(head + "Expect: 100-continue\r\n\r\n").statuses == [413])
        #expect(try await exchange(head + "\r\n").statuses == [413])
    }

    @Test func `a body that comes unasked is not asked for`() async throws {
        let head = "HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        #expect(try await exchange("POST /x \(head)abc").statuses == [200])
        #expect(try await exchange("POST /stream \(head)abc").statuses == [200])
    }

    @Test func `a chunked body over the limit is refused`() async throws {
        let head = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunk = "80000\r\n\(String(repeating: "a", count: 0x80000))\r\n"
        #expect(try await exchange(head + chunk + chunk + "1\r\n").statuses == [413])
        #expect(try await exchange(head + "100001\r\n").statuses == [413])
    }

    @Test func `compressed bodies are expanded`() async throws {
        try await withServer(HTTPServerTests.echo) { _, port in
            for path in ["/x", "/stream"] {
                let client = try TestClient(port: port)
                let text = String(repeating: "hello, ", count: 20)
                await client.send(gzipped: Array(text.utf8), to: path)
                #expect(await client.readAll().contains(text))
            }
            let bomb = try TestClient(port: port)
            await bomb.send(gzipped: [UInt8](repeating: 0, count: 64 << 20), to: "/x")
            #expect(await bomb.readAll().statuses == [413])
            let broken = try TestClient(port: port)
            await broken.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")
            #expect(await broken.readAll().statuses == [400])
        }
    }

    @Test func `the answer to a refused body reaches a client that goes on sending`() async throws {
        try await withServer(HTTPServerTests.echo) { _, port in
            let client = try TestClient(port: port)
            await client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n")
            await client.send([UInt8](repeating: 0x61, count: 9_999_999))
            #expect(await client.readAll().statuses == [413])
        }
    }

    @Test(arguments: RefusalCase.all) func `each refusal has its status`(_ sample: RefusalCase) async throws {
        let answer = try await exchange(sample.request)
        #expect(answer.statuses == [sample.status])
        #expect(answer.contains("Connection: close"))
        #expect(answer.contains("Date: "))
        #expect(answer.contains("X-Content-Type-Options: nosniff"))
    }

    struct RefusalCase: Sendable {
        var request: String
        var status: Int

        static let all = [
            RefusalCase(request: "GET / HTTP/1.1\r\n\r\n", status: 400),
            RefusalCase(
                request: "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n",
                status: 414
            ),
            RefusalCase(request: "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", status: 417),
            RefusalCase(
                request: "POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\na",
                status: 415
            ),
            RefusalCase(
                request: "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 9000))\r\n\r\n",
                status: 431
            ),
            RefusalCase(request: "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", status: 501),
            RefusalCase(request: "GET / HTTP/2.0\r\nHost: a\r\n\r\n", status: 505),
        ]
    }

    @Test func `long text is compressed for who takes it`() async throws {
        let responder = ClosureResponder(now: { request in
            guard case .bytes(let bytes) = request.body else { return nil }
            return HTTPResponse(.ok, contentType: "text/plain", [UInt8](repeating: 0x61, count: bytes.count))
        })
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            await client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\nContent-Length: 2000\r\n\r\n"
                    + String(repeating: "b", count: 2000)
            )
            let answer = await client.readAll()
            #expect(answer.contains("Content-Encoding: gzip"))
            #expect(answer.contains("Vary: Accept-Encoding"))
            #expect(answer.utf8.count < 600)
        }
    }

    @Test func `connections and refusals are counted`() async throws {
        let metrics = MetricsRegistry()
        let connections = metrics.gauge("http_connections", "")
        try await withServer(HTTPServerTests.echo, metrics: metrics) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await client.read(until: "ok")
            #expect(connections.value == 1)
            await client.send("\r\0")
            _ = await client.readAll()
        }
        #expect(connections.value == 0)
        let refusals = metrics.counters("http_refused_requests_total", "", labels: ["reason"])
        #expect(refusals.labeled("malformed_request_line").value == 1)
    }
}
