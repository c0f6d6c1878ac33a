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

    private func runToItsEnd(_ sentinel: Sentinel) async throws {
        let loop = try EventLoop(
            label: "test",
            configuration: HTTPServerConfiguration(),
            connectionLimit: 1,
            bufferLimit: 1,
            responder: ClosureResponder(now: { _ in withExtendedLifetime(sentinel) { nil } }),
            metrics: ServerMetrics(MetricsRegistry())
        )
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
