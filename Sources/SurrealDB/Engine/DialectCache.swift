import Synchronization

/// The dialect of the server that a client talks to: asked for at the first request, and again once the server could not
/// be reached, since another release may come back.
final class DialectCache: Sendable {
    private let known = Mutex<EngineDialect?>(nil)
    private let version: @Sendable () async throws(SurrealError) -> String

    init(version: @escaping @Sendable () async throws(SurrealError) -> String) { self.version = version }

    func dialect() async throws(SurrealError) -> EngineDialect {
        if let dialect = known.withLock({ $0 }) { return dialect }
        let dialect = try EngineDialect.of(try await version())
        known.withLock { $0 = dialect }
        return dialect
    }

    func forget() { known.withLock { $0 = nil } }
}
