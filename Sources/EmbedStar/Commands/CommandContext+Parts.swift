import EmbeddingCore
import HTTPClient
import Providers
import Settings
import Storage
import SurrealDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The parts that several subcommands use, made of the settings.
extension CommandContext {
    func storage() -> SurrealStorage {
        let client = SurrealClient(
            configuration: SurrealConfiguration(settings),
            transport: transport,
            metrics: metrics,
            logger: logger("surrealdb")
        )
        return SurrealStorage(
            client: client,
            owner: Self.owner,
            stars: settings[StorageSettings.embedStars],
            readsUnattributed: settings[StorageSettings.keepExistingVectors],
            logger: logger("storage")
        )
    }

    /// - Throws: `EmbeddingError` when the provider's settings cannot work.
    func embeddings() throws(EmbeddingError) -> EmbeddingGateway { try embeddings(transport) { nil } }

    /// The same with the provider's requests, and what is done for small calls, on the loop. The built-in model makes no
    /// requests, and its calls are all computing.
    func embeddings(on shared: SharedLoop) throws(EmbeddingError) -> EmbeddingGateway {
        guard settings[GatewaySettings.provider] != .builtin else { return try embeddings() }
        return try embeddings(Self.client(metrics: metrics) { shared.loop }) { shared.loop }
    }

    private func embeddings(
        _ transport: HTTPClient,
        _ executor: @escaping @Sendable () -> (any TaskExecutor)?
    ) throws(EmbeddingError) -> EmbeddingGateway {
        try EmbeddingGateway(
            configuration: ProvidersConfiguration(settings),
            transport: transport,
            metrics: metrics,
            logger: logger("provider"),
            executor: executor
        )
    }

    /// This process among all that use the database.
    static let owner: String = {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(host)-\(getpid())-\(UInt32.random(in: .min ... .max))"
    }()
}
