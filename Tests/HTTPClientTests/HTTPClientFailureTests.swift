import HTTPClient
import Testing

@Suite struct HTTPClientFailureTests {
    let client = HTTPClient()

    struct Misbehaviour: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: HTTPClientError.Code
        let script: FixtureServer.Script

        init(_ description: String, _ code: HTTPClientError.Code, _ script: @escaping FixtureServer.Script) {
            testDescription = description
            self.code = code
            self.script = script
        }

        /// Asks a server that does it, and expects the code.
        func check(_ client: HTTPClient) async throws {
            let server = FixtureServer(script)
            let patience = code == .timeout ? Duration.milliseconds(300) : .seconds(60)
            let timeouts = HTTPClientTimeouts(firstByte: patience, total: patience * 2)
            let request = HTTPClientRequest("POST", server.url, body: [1], timeouts: timeouts, maxResponseBytes: 4096)
            let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
            #expect(error?.code == code, "\(String(describing: error))")
        }
    }

    static let misbehaviours = [
        Misbehaviour("closes without an answer", .reset) { _, _ in false },
        Misbehaviour("resets without an answer", .reset) { _, connection in
            connection.armReset()
            return false
        },
        Misbehaviour("sends half a body", .reset) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            return false
        },
        Misbehaviour("breaks off a chunk", .reset) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf")
            return false
        },
        Misbehaviour("speaks something else", .protocol) { _, connection in
            connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
            return false
        },
        Misbehaviour("sends gzip that is none", .protocol) { _, connection in
            connection.answer(200, "Content-Encoding: gzip\r\n", body: "this is not gzip")
            return false
        },
        Misbehaviour("announces too much", .tooLarge) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nx")
            return false
        },
        Misbehaviour("sends too much unannounced", .tooLarge) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 5000))
            return false
        },
        Misbehaviour("sends endless header fields", .tooLarge) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\n")
            for _ in 0..<400 { connection.send("X-Field: \(String(repeating: "x", count: 1000))\r\n") }
            return false
        },
        Misbehaviour("never answers", .timeout) { _, connection in !connection.waitForClose() },
        Misbehaviour("never finishes", .timeout) { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            return !connection.waitForClose()
        },
    ]

    @Test(arguments: misbehaviours)
    func `a server that`(_ misbehaviour: Misbehaviour) async throws {
        try await misbehaviour.check(client)
    }

    @Test(arguments: ["", "localhost", "ftp://localhost/", "http://", "http:///x", "http://a b/", "file:///etc/passwd"])
    func `a URL that is not HTTPIs refused`(url: String) async throws {
        await #expect(throws: HTTPClientError(.invalidURL, "")) { try await client.send(HTTPClientRequest("GET", url)) }
    }

    @Test func `a header cannot smuggle a line`() async throws {
        let request = HTTPClientRequest("GET", "http://127.0.0.1:1", headers: [("X", "a\r\nY: b")])
        await #expect(throws: HTTPClientError(.other, "")) { try await client.send(request) }
    }

    @Test func `an error names neither credentials nor query`() async throws {
        let request = HTTPClientRequest("GET", "http://name:sesame@127.0.0.1:1/path?key=sesame#sesame")
        let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
        #expect(error?.code == .connect)
        #expect(error?.description.contains("sesame") == false)
        #expect(error?.description.contains("http://127.0.0.1:1/path") == true)
    }

    @Test func `cancelling the task closes the connection`() async throws {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let (closed, closing) = AsyncStream.makeStream(of: Bool.self)
        let server = FixtureServer { _, connection in
            arrival.yield()
            closing.yield(connection.waitForClose())
            return false
        }
        let client = client
        let task = Task { try await client.send(HTTPClientRequest("GET", server.url)) }
        for await _ in arrived { break }
        task.cancel()
        await #expect(throws: HTTPClientError(.cancelled, "")) { try await task.value }
        for await wasClosed in closed {
            #expect(wasClosed)
            break
        }
    }

    @Test func `a task already cancelled sends nothing`() async throws {
        let server = FixtureServer.fixed()
        let client = client
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.send(HTTPClientRequest("GET", server.url))
        }
        await #expect(throws: HTTPClientError(.cancelled, "")) { try await task.value }
        #expect(server.requestCount == 0)
    }

    @Test func `a request that waits in vain times out and others go on`() async throws {
        let hanging = FixtureServer { _, connection in !connection.waitForClose() }
        let healthy = FixtureServer.fixed()
        let client = HTTPClient(configuration: .init(maxConnectionsPerHost: 1, maxWaitingRequests: 1))
        let timeouts = HTTPClientTimeouts(total: .seconds(1))
        let request = HTTPClientRequest("GET", hanging.url, timeouts: timeouts)
        var codes: [HTTPClientError.Code] = []
        await withTaskGroup(of: HTTPClientError.Code?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do throws(HTTPClientError) {
                        _ = try await client.send(request)
                        return nil
                    } catch {
                        return error.code
                    }
                }
            }
            for await code in group {
                if codes.isEmpty {
                    let status = try? await client.send(HTTPClientRequest("GET", healthy.url)).status
                    #expect(status == 200)
                }
                if let code { codes.append(code) }
            }
        }
        #expect(codes == [.other, .timeout, .timeout])
    }

    @Test func `after shutdown everything fails`() async throws {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = FixtureServer { _, connection in
            arrival.yield()
            return !connection.waitForClose()
        }
        let client = HTTPClient()
        let task = Task { try await client.send(HTTPClientRequest("GET", server.url)) }
        for await _ in arrived { break }
        await client.shutdown()
        await client.shutdown()
        await #expect(throws: HTTPClientError(.shutdown, "")) { try await task.value }
        await #expect(throws: HTTPClientError(.shutdown, "")) {
            try await client.send(HTTPClientRequest("GET", server.url))
        }
    }
}
