import HTTP
import Synchronization
import Testing

@testable import Server

@Suite struct StreamTests {
    @Test func `a slow reader slows the responder`() async throws {
        let written = Atomic<Int>(0)
        let piece = [UInt8](repeating: 0x61, count: 64 << 10)
        let count = 1000
        let (done, signal) = AsyncStream.makeStream(of: Void.self)
        let responder = ClosureResponder(later: { _ in
            HTTPResponse(
                .ok,
                body: .stream { writer in
                    for _ in 0..<count {
                        try await writer.write(piece)
                        _ = written.add(1, ordering: .relaxed)
                    }
                    signal.yield()
                }
            )
        })
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port, receiveBuffer: 16 << 10)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = await client.read(until: "\r\n\r\n")
            // The client has read next to nothing: what was written sits in the buffers between them, of which the
            // system's is small too.
            #expect(written.load(ordering: .relaxed) * piece.count < 1 << 20)
            let rest = await client.countAll()
            #expect(rest > 60 << 20)
            for await _ in done { break }
            #expect(written.load(ordering: .relaxed) == count)
        }
    }

    /// Answers with the length of a streamed body, which it begins to read when told to.
    private func countingResponder(after go: AsyncStream<Void>) -> ClosureResponder {
        ClosureResponder(
            policy: { _ in .stream(limit: nil) },
            later: { request in
                guard case .stream(let stream) = request.body else { return HTTPResponse(.internalServerError) }
                for await _ in go { break }
                var count = 0
                do { for try await piece in stream { count += piece.count } } catch { return HTTPResponse(.badRequest) }
                return HTTPResponse(.ok, contentType: "text/plain", Array("\(count)".utf8))
            }
        )
    }

    @Test func `a slow responder slows the client`() async throws {
        let (go, signal) = AsyncStream.makeStream(of: Void.self)
        let responder = countingResponder(after: go)
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            let body = [UInt8](repeating: 0x61, count: 32 << 20)
            await client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n"
            )
            let isSent = Atomic<Bool>(false)
            let sending = Task {
                await client.send(body)
                isSent.store(true, ordering: .relaxed)
            }
            // As much as the buffers hold goes, and no more.
            await client.waitUntilSendingStalls()
            #expect((isSent.load(ordering: .relaxed)) == false)
            signal.yield()
            await sending.value
            #expect(await client.readAll().hasSuffix("\r\n\r\n\(body.count)"))
        }
    }

    @Test func `a body whose last byte fills the buffer comes to its end`() async throws {
        let (go, signal) = AsyncStream.makeStream(of: Void.self)
        let responder = countingResponder(after: go)
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            let count = RequestBody.highWater
            await client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(count)\r\n\r\n")
            for _ in 0..<2 {
                await client.send([UInt8](repeating: 0x61, count: count / 2))
                await client.waitUntilSent()
            }
            signal.yield()
            #expect(await client.readAll().hasSuffix("\r\n\r\n\(count)"))
        }
    }

    @Test func `a client that goes away cancels its work`() async throws {
        let (started, startSignal) = AsyncStream.makeStream(of: Void.self)
        let (cancelled, cancelSignal) = AsyncStream.makeStream(of: Void.self)
        let responder = ClosureResponder(later: { _ in
            await withTaskCancellationHandler {
                startSignal.yield()
                for await _ in AsyncStream<Void>.makeStream().stream { break }
            } onCancel: {
                cancelSignal.yield()
            }
            return HTTPResponse(.ok)
        })
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            for await _ in started { break }
            client.reset()
            for await _ in cancelled { break }
        }
    }

    @Test func `a client that closes politely cancels its work after a while`() async throws {
        let (cancelled, cancelSignal) = AsyncStream.makeStream(of: Void.self)
        let responder = ClosureResponder(later: { _ in
            await withTaskCancellationHandler {
                for await _ in AsyncStream<Void>.makeStream().stream { break }
            } onCancel: {
                cancelSignal.yield()
            }
            return HTTPResponse(.ok)
        })
        try await withServer(responder, configure: { $0.timeouts.halfClosed = .milliseconds(50) }) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            client.endOutput()
            for await _ in cancelled { break }
        }
    }

    @Test func `writers to a client that is gone fail`() async throws {
        let (failed, signal) = AsyncStream.makeStream(of: Bool.self)
        let responder = ClosureResponder(later: { _ in
            HTTPResponse(
                .ok,
                body: .stream { writer in
                    do {
                        while true { try await writer.write([UInt8](repeating: 0x61, count: 1 << 16)) }
                    } catch {
                        signal.yield(error is CancellationError)
                        throw error
                    }
                }
            )
        })
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await client.read(until: "\r\n\r\n")
            client.reset()
            for await isCancelled in failed {
                #expect(isCancelled)
                break
            }
        }
    }

    @Test func `a stream that fails breaks the connection off`() async throws {
        struct Failure: Error {}
        let responder = ClosureResponder(later: { _ in
            HTTPResponse(
                .ok,
                body: .stream { writer in
                    try await writer.write(Array("part".utf8))
                    throw Failure()
                }
            )
        })
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = await client.readAll()
            #expect(!answer.contains("\r\n0\r\n\r\n"))
        }
    }

    @Test func `a streamed body over its limit is refused`() async throws {
        let responder = ClosureResponder(
            policy: { _ in .stream(limit: 10) },
            later: { request in
                guard case .stream(let stream) = request.body else { return HTTPResponse(.internalServerError) }
                do { for try await _ in stream {} } catch { return HTTPResponse(.badRequest) }
                return HTTPResponse(.ok)
            }
        )
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n3\r\n")
            #expect(await client.readAll().statuses == [413])
        }
    }

    @Test func `streams end with the connection in HTTP 10`() async throws {
        let responder = ClosureResponder(later: { _ in
            HTTPResponse(.ok, body: .stream { try await $0.write(Array("text".utf8)) })
        })
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let answer = await client.readAll()
            #expect(answer.hasSuffix("\r\n\r\ntext"))
            #expect(answer.contains("Connection: close"))
        }
    }

    @Test(arguments: [("HEAD", 200), ("GET", 204), ("GET", 304)])
    func `streams whose body is not wanted are not run`(method: String, code: Int) async throws {
        let responder = ClosureResponder(later: { _ in
            HTTPResponse(
                HTTPStatus(code),
                body: .stream { writer in
                    Issue.record("the stream was run")
                    try await writer.write([0x61])
                }
            )
        })
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            await client.send("\(method) / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = await client.readAll()
            #expect(answer.statuses == [code])
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }
}
