import HTTP
import Logging
import Server
import Telemetry

/// A small program on the `Server` module for protocol suites: `echo-server PORT`.
@main
struct EchoServer {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            fatalError("usage: echo-server PORT")
        }
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: port),
            responder: EchoResponder(),
            metrics: MetricsRegistry(),
            logger: Logger(label: "echo-server")
        )
        try await server.run()
    }
}
