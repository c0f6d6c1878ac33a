import Logging
import ModelHub
import Providers
import Settings
import Synchronization

/// Models of the hub.
extension CommandContext {
    var modelCache: ModelCache { ModelCache(path: HubSettings.cacheDirectory(settings)) }

    /// Brings a model into the cache, at the commit that its revision is now.
    /// - Parameter runtime: that will have to hold it; nil when it is for another time or machine.
    /// - Throws: `HubError`; `.offline` when nothing may be fetched.
    func fetch(
        _ reference: ModelReference,
        for runtime: ModelRuntime? = nil,
        report: @escaping @Sendable (ModelFetch.Event) -> Void
    ) async throws(HubError) -> CachedModel {
        try checkOnline(reference)
        let hub = HubClient(
            endpoint: settings[HubSettings.endpoint],
            token: settings[HubSettings.token],
            transport: transport
        )
        let check: ModelFetch.Check = { folder, weights throws(HubError) in
            try BuiltInModels.check(reference, in: folder, weights: weights, for: runtime)
        }
        return try await ModelFetch(hub: hub, cache: modelCache, check: check, report: report).run(reference)
    }

    /// The models that the settings name and that are not in the cache yet.
    /// - Throws: `EmbeddingError` when the settings contradict each other; `HubError` when nothing may be fetched.
    func missingModels() throws -> [ModelReference] {
        let missing = try BuiltInModels.references(settings).filter { modelCache.model($0) == nil }
        if let first = missing.first { try checkOnline(first) }
        return missing
    }

    /// Fetches models, and logs how it goes.
    /// - Parameter report: told how far it is, too.
    /// - Throws: `HubError`.
    func fetch(
        missing: [ModelReference],
        for runtime: ModelRuntime,
        report: @escaping @Sendable (_ progress: String) -> Void = { _ in }
    ) async throws(HubError) {
        let logger = logger("models")
        for reference in missing {
            logger.notice("fetching the model \(reference) into \(modelCache.path)")
            report("the model \(reference) is being fetched")
            let pace = Mutex(FetchPace())
            let model = try await fetch(reference, for: runtime) { event in
                switch event {
                case .waiting:
                    logger.notice("another process fetches the model \(reference); waiting for it")
                    report("another process is fetching the model \(reference)")
                case .progress(let progress):
                    let amount = "\(HumanText.bytes(progress.done)) of \(HumanText.bytes(progress.total))"
                    report("the model \(reference) is being fetched: \(amount)")
                    guard pace.withLock({ $0.isTime(for: progress) }) else { return }
                    logger.info("fetching the model \(reference): \(amount)")
                }
            }
            logger.notice("fetched the model \(reference)", metadata: ["commit": "\(model.commit)"])
        }
    }

    private func checkOnline(_ reference: ModelReference) throws(HubError) {
        guard settings[HubSettings.offline] else { return }
        throw HubError(
            .offline,
            "the model \(reference) is not in \(modelCache.path) and cannot be fetched, because OFFLINE is set"
        )
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
