import EmbeddingCore
import EventLoop
import Providers
import ServiceLifecycle
import Settings

/// The models that the settings name: the first and the reranker, which stay, and those that come and go as they are
/// asked for.
struct ServedModels {
    let first: any EmbeddingService
    let reranker: (any Reranker)?
    let further: [ServedModel]
    /// The first and the reranker, where they are not in the cache yet.
    let arriving: ArrivingModels?
    private let runtime: ModelRuntime
    private let residents: ResidentModels

    /// - Throws: `EmbeddingError` when the first cannot work, `HubError` when a model is missing and must not be fetched.
    init(_ context: CommandContext, on loops: [EventLoop]) throws {
        let settings = context.settings
        let runtime = ModelRuntime(settings)
        self.runtime = runtime
        let load: @Sendable () throws(EmbeddingError) -> LoadedModels = { () throws(EmbeddingError) in
            LoadedModels(
                embeddings: try context.embeddings(nil, runtime, on: loops),
                reranker: try BuiltInReranker(settings, on: runtime, logger: context.logger("reranker"))
            )
        }
        let missing = try context.missingModels()
        if missing.isEmpty {
            let loaded = try load()
            (first, reranker, arriving) = (loaded.embeddings, loaded.reranker, nil)
        } else {
            let models = ArrivingModels(
                fetch: { try await context.fetch(missing: missing, for: runtime, report: $0) },
                load: load
            )
            (first, arriving) = (models, models)
            reranker = settings[BuiltInSettings.rerankModel].map { ArrivingReranker(modelName: $0, models: models) }
        }
        var names: [String] = []
        for name in settings[GatewaySettings.models].dropFirst() where !names.contains(name) { names.append(name) }
        residents = ResidentModels(names: names, keepAlive: settings[BuiltInSettings.keepAlive]) {
            [arriving] name throws(EmbeddingError) in
            _ = try arriving?.models()
            return try context.embeddings(name, runtime, on: loops)
        }
        further = names.map { [residents] name in
            ServedModel(
                settings[GatewaySettings.provider].name,
                name: ModelLocation(name)?.modelName ?? name,
                service: OnDemandModel(name: name, of: residents)
            )
        }
    }

    /// What brings those that are missing, and drops those that are not asked for.
    var lifetimes: [any Service] {
        var lifetimes: [any Service] = []
        if let arriving { lifetimes.append(arriving) }
        if !further.isEmpty { lifetimes.append(CancellableLifetime { [residents] in await residents.run() }) }
        return lifetimes
    }

    /// The models in this process's memory; of a provider elsewhere, those in use.
    var loaded: @Sendable () async -> [LoadedModelStatus] {
        { [first, residents, runtime] in
            var loaded: [LoadedModelStatus] = []
            if let model = try? await first.model() {
                loaded.append(LoadedModelStatus(model: model, bytes: runtime.bytes(of: model.name) ?? 0, timeLeft: nil))
            }
            for resident in residents.residents {
                guard let model = try? await resident.service.model() else { continue }
                loaded.append(
                    LoadedModelStatus(
                        model: model,
                        bytes: runtime.bytes(of: model.name) ?? 0,
                        timeLeft: resident.expiry.map { $0 - .now }
                    )
                )
            }
            return loaded
        }
    }
}
