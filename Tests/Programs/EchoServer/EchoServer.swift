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

/// A small program on the `Server` module for protocol suites: `echo-server PORT`. SIGTERM shuts it down gracefully.
@main
struct EchoServer {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            fail("usage: echo-server PORT", code: 64)
        }
        let loops = try EventLoop.make(Processors.available)
        var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: port)
        let budget = DescriptorBudget(
            limit: SystemSocket.raiseDescriptorLimit(),
            loops: loops.count,
            connections: configuration.limits.connections,
            hasMonitoringPort: false
        )
        guard let budget else { fail("echo-server: too few files may be open", code: 78) }
        configuration.limits.connections = budget.service
        let server = HTTPServer(
            configuration: configuration,
            loops: loops,
            responder: EchoResponder(),
            metrics: MetricsRegistry(),
            logger: Logger(label: "echo-server")
        )
        signal(SIGTERM, SIG_IGN)
        let termination = DispatchSource.makeSignalSource(signal: SIGTERM)
        termination.setEventHandler { @Sendable in Task { await server.shutdown(grace: .seconds(25)) } }
        termination.activate()
        do { try await server.run() } catch {
            fail("echo-server: \(error)", code: 69)
        }
        termination.cancel()
    }

    private static func fail(_ message: String, code: Int32) -> Never {
        let line = Array("\(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        exit(code)
    }
}
