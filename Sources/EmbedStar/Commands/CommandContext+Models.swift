import Logging
import ModelHub
import Providers
import Settings
import Synchronization

/// Models of the hub.
extension CommandContext {
    var modelCache: ModelCache { ModelCache(path: HubSettings.cacheDirectory(settings)) }

    /// Brings a model into the cache, at the commit that its revision is now.
    /// - Throws: `HubError`; `.offline` when nothing may be fetched.
    func fetch(
        _ reference: ModelReference,
        report: @escaping @Sendable (ModelFetch.Event) -> Void
    ) async throws(HubError) -> CachedModel {
        guard !settings[HubSettings.offline] else {
            throw HubError(
                .offline,
                "the model \(reference) is not in \(modelCache.path) and cannot be fetched, because OFFLINE is set"
            )
        }
        let hub = HubClient(
            endpoint: settings[HubSettings.endpoint],
            token: settings[HubSettings.token],
            transport: transport
        )
        return try await ModelFetch(hub: hub, cache: modelCache, report: report).run(reference)
    }

    /// Fetches the models that the settings name and that are not in the cache yet, and logs how it goes.
    /// - Throws: `HubError`, `EmbeddingError` when the settings contradict each other.
    func fetchMissingModels() async throws {
        let logger = logger("models")
        for reference in try BuiltInModels.references(settings) where modelCache.model(reference) == nil {
            logger.notice("fetching the model \(reference) into \(modelCache.path)")
            let pace = Mutex(FetchPace())
            let model = try await fetch(reference) { event in
                switch event {
                case .waiting: logger.notice("another process fetches the model \(reference); waiting for it")
                case .progress(let progress):
                    guard pace.withLock({ $0.isTime(for: progress) }) else { return }
                    logger.info(
                        "fetching the model \(reference): \(HumanText.bytes(progress.done)) of \(HumanText.bytes(progress.total))"
                    )
                }
            }
            logger.notice("fetched the model \(reference)", metadata: ["commit": "\(model.commit)"])
        }
    }
}

/// When to say again how far a fetch has come: at each tenth.
private struct FetchPace {
    private var tenth = 0

    mutating func isTime(for progress: ModelFetch.Progress) -> Bool {
        guard progress.total > 0 else { return false }
        let now = progress.done * 10 / progress.total
        defer { tenth = max(tenth, now) }
        return now > tenth
    }
}
