import Routing
import Server
import ServiceLifecycle

/// A server's life within the service: it stops when the process is asked to.
struct ServerLifetime: Service {
    let server: HTTPServer
    let api: API

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await cancelWhenGracefulShutdown { try await self.server.run() }
        } onGracefulShutdown: {
            // Event streams have no end of their own and would last the whole grace period.
            self.api.endStreams()
        }
        // A second signal closes the server before its turn has come.
        try? await gracefulShutdown()
    }
}
