import EmbeddingCore
import EventLoop
import Providers
import ServiceLifecycle
import Settings

/// The models that the settings name: the first, which stays, and those that come and go as they are asked for.
struct ServedModels {
    let first: EmbeddingGateway
    let further: [ServedModel]
    /// Computes those of this process, and the reranker.
    let runtime: ModelRuntime
    private let residents: ResidentModels

    /// - Throws: `EmbeddingError` when the first cannot work.
    init(_ context: CommandContext, on loops: [EventLoop]) throws(EmbeddingError) {
        let settings = context.settings
        let runtime = ModelRuntime(settings)
        self.runtime = runtime
        first = try context.embeddings(nil, runtime, on: loops)
        var names: [String] = []
        for name in settings[GatewaySettings.models].dropFirst() where !names.contains(name) { names.append(name) }
        residents = ResidentModels(names: names, keepAlive: settings[BuiltInSettings.keepAlive]) {
            name throws(EmbeddingError) in try context.embeddings(name, runtime, on: loops)
        }
        further = names.map { [residents] name in
            ServedModel(
                name: ModelLocation(name)?.modelName ?? name,
                service: OnDemandModel(name: name, of: residents)
            )
        }
    }

    /// What drops models that are not asked for.
    var lifetimes: [any Service] {
        further.isEmpty ? [] : [CancellableLifetime { [residents] in await residents.run() }]
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
