import EmbeddingCore
import EventLoop
import GitHub
import HTTPClient
import Providers
import Search
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
    func client(_ configuration: SurrealConfiguration) -> SurrealClient {
        SurrealClient(
            configuration: configuration,
            transport: transport,
            metrics: metrics,
            logger: logger("surrealdb")
        )
    }

    func storage() -> SurrealStorage {
        SurrealStorage(
            client: client(SurrealConfiguration(settings)),
            owner: Self.owner,
            stars: settings[StorageSettings.embedStars],
            readsUnattributed: settings[StorageSettings.keepExistingVectors],
            indexKind: settings[SearchSettings.backend] == .memory ? nil : settings[StorageSettings.vectorIndex],
            metrics: metrics,
            logger: logger("storage")
        )
    }

    /// - Parameters:
    ///   - further: the model, when it is not the first.
    ///   - runtime: computes models of this process.
    ///   - loops: where the provider's requests run, and what is done for small calls; by default with all other
    ///   requests. The built-in model makes no requests.
    /// - Throws: `EmbeddingError` when the provider's settings cannot work.
    func embeddings(
        _ further: String? = nil,
        _ runtime: ModelRuntime? = nil,
        on loops: [EventLoop]? = nil
    ) throws(EmbeddingError) -> EmbeddingGateway {
        let isRemote = !settings[GatewaySettings.provider].isInProcess
        return try EmbeddingGateway(
            settings: settings,
            further: further,
            runtime: runtime,
            transport: loops.flatMap { isRemote ? client(on: $0) : nil } ?? transport,
            metrics: metrics,
            logger: logger("provider")
        )
    }

    private func client(on loops: [EventLoop]) -> HTTPClient {
        HTTPClient(configuration: Self.clientConfiguration(descriptors), metrics: metrics, loops: loops)
    }

    /// - Parameter token: instead of the one that the settings name.
    func starImport(_ storage: SurrealStorage, token: String? = nil) -> StarImport {
        StarImport(
            pages: StarredPages(settings, token: token, transport: transport),
            repos: storage.repos,
            lists: storage.starLists
        )
    }

    /// - Parameter onChange: called when repos may have become due.
    func starImports(_ storage: SurrealStorage, onChange: @escaping @Sendable () -> Void) -> StarImports {
        let user = settings[GitHubSettings.starsUser]
        let prunes = settings[GitHubSettings.starsPrune]
        let request = user.flatMap { StarImportRequest(user: $0, removesUnstarred: prunes) }
        let interval = Duration.seconds(settings[GitHubSettings.starsInterval])
        return StarImports(
            starImport(storage),
            repos: storage.repos,
            lists: storage.starLists,
            schedule: request.map { StarImports.Schedule(request: $0, interval: interval) },
            logger: logger("github"),
            onChange: onChange
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
