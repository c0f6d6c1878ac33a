import Server
import ServiceLifecycle

/// A server's life within the service: it stops when the process is asked to.
struct ServerLifetime: Service {
    let server: HTTPServer

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.server.run() }
    }
}
