import Glibc
import HTTP
import Telemetry
import Testing

@testable import Server

@Suite struct EventLoopTests {
    /// Tells when it is let go.
    private final class Sentinel: Sendable {
        let signal: AsyncStream<Void>.Continuation

        init(_ signal: AsyncStream<Void>.Continuation) { self.signal = signal }

        deinit { signal.finish() }
    }

    @Test(.timeLimit(.minutes(1))) func aLoopIsLetGoAlsoWhenJobsComeAsItEnds() async throws {
        let (released, signal) = AsyncStream.makeStream(of: Void.self)
        try await runToItsEnd(Sentinel(signal))
        for await _ in released {}
    }

    /// Where a task runs.
    private static var isOnLoop: Bool { withUnsafeCurrentTask { $0?.unownedTaskExecutor != nil } }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false])
    func briefWorkRunsOnTheLoopAndComesBackToIt(isBrief: Bool) async throws {
        let work: @Sendable (HTTPRequest) async -> HTTPResponse = { _ in
            let before = Self.isOnLoop
            await Task.detached {}.value
            return HTTPResponse(.ok, contentType: "text/plain", Array("\(before) \(Self.isOnLoop)".utf8))
        }
        let responder = isBrief ? ClosureResponder(brief: work) : ClosureResponder(later: work)
        try await withServer(responder) { _, port in
            let client = try TestClient(port: port)
            for _ in 0..<20 {
                await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                let answer = await client.read(until: "\(isBrief) \(isBrief)")
                #expect(answer.hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func watchesADescriptorPastItsShutdown() async throws {
        let (released, signal) = AsyncStream.makeStream(of: Void.self)
        try await watchPastShutdown(Sentinel(signal))
        for await _ in released {}
    }

    private func watchPastShutdown(_ sentinel: Sentinel) async throws {
        let loop = try loop(sentinel)
        loop.start()
        var pipe: [Int32] = [0, 0]
        #expect(Glibc.pipe(&pipe) == 0)
        let (input, output) = (pipe[0], pipe[1])
        let (bytes, receiver) = AsyncStream.makeStream(of: UInt8.self)
        loop.execute {
            loop.watch(input) {
                var byte: UInt8 = 0
                read(input, &byte, 1)
                receiver.yield(byte)
            }
            loop.expectInput(of: input, true)
        }
        await withCheckedContinuation { continuation in loop.shutDown(by: .now) { continuation.resume() } }
        // Level-triggered: both come, though only one is read at a time.
        var (one, two): (UInt8, UInt8) = (1, 2)
        write(output, &one, 1)
        write(output, &two, 1)
        var received: [UInt8] = []
        for await byte in bytes.prefix(2) { received.append(byte) }
        #expect(received == [1, 2])
        await withCheckedContinuation { continuation in
            loop.execute {
                loop.unwatch(input)
                continuation.resume()
            }
        }
        close(input)
        close(output)
    }

    private func loop(_ sentinel: Sentinel) throws -> EventLoop {
        try EventLoop(
            label: "test",
            configuration: HTTPServerConfiguration(),
            connectionLimit: 1,
            bufferLimit: 1,
            responder: ClosureResponder(now: { _ in withExtendedLifetime(sentinel) { nil } }),
            metrics: ServerMetrics(MetricsRegistry())
        )
    }

    private func runToItsEnd(_ sentinel: Sentinel) async throws {
        let loop = try loop(sentinel)
        loop.start()
        await withCheckedContinuation { continuation in
            loop.execute {
                loop.shutDown(by: .now) { continuation.resume() }
                // Runs right after the shutdown, and leaves a job that holds the loop.
                loop.execute { loop.execute { withExtendedLifetime(loop) {} } }
            }
        }
    }
}
