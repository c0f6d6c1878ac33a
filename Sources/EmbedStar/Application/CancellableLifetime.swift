import ServiceLifecycle

/// The life of a part within the service that ends when its task is cancelled.
struct CancellableLifetime: Service {
    let work: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.work() }
    }
}
