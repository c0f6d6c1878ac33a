import Dispatch
import EventLoop
import HTTP
import Logging
import Server
import Telemetry

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A provider for benchmarks: `fake-provider PORT DIMENSIONS DELAY_MS`. SIGTERM ends it.
@main
struct FakeProvider {
    static func main() async throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == 3, numbers[1] > 0, numbers[2] >= 0 else {
            fail("usage: fake-provider PORT DIMENSIONS DELAY_MS", code: 64)
        }
        let delay: Duration? = numbers[2] == 0 ? nil : .milliseconds(numbers[2])
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: numbers[0]),
            loops: try EventLoop.make(Processors.available),
            responder: FakeResponder(dimensions: numbers[1], delay: delay),
            metrics: MetricsRegistry(),
            logger: Logger(label: "fake-provider")
        )
        signal(SIGTERM, SIG_IGN)
        let termination = DispatchSource.makeSignalSource(signal: SIGTERM)
        termination.setEventHandler { @Sendable in Task { await server.shutdown(grace: .seconds(1)) } }
        termination.activate()
        do { try await server.run() } catch {
            fail("fake-provider: \(error)", code: 69)
        }
        termination.cancel()
    }

    private static func fail(_ message: String, code: Int32) -> Never {
        let line = Array("\(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(code)
    }
}
