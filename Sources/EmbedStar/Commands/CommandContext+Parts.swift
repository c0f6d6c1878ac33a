import EmbeddingCore
import Providers
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
            configuration: settings.database,
            transport: transport,
            metrics: metrics,
            logger: logger("surrealdb")
        )
        return SurrealStorage(
            client: client,
            owner: Self.owner,
            readsUnattributed: settings[Settings.keepExistingVectors],
            logger: logger("storage")
        )
    }

    /// - Throws: `EmbeddingError` when the provider's settings cannot work.
    func embeddings() throws(EmbeddingError) -> EmbeddingGateway {
        try EmbeddingGateway(
            configuration: settings.providers,
            transport: transport,
            metrics: metrics,
            logger: logger("provider")
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
