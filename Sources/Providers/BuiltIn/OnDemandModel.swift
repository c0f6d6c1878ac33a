package import EmbeddingCore

/// One of the models that are loaded when they are asked for.
package struct OnDemandModel: EmbeddingService {
    let name: String
    let models: ResidentModels

    package init(name: String, of models: ResidentModels) {
        self.name = name
        self.models = models
    }

    package var limits: EmbeddingLimits { models.resident(name)?.limits ?? .unknown }

    package var providerState: ProviderState { models.resident(name)?.providerState ?? .ready }

    package var knownModel: EmbeddingModel? { models.resident(name)?.knownModel }

    package func model() async throws(EmbeddingError) -> EmbeddingModel {
        try await models.use(name) { service throws(EmbeddingError) in try await service.model() }
    }

    package func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult? {
        models.resident(name)?.cached(&request)
    }

    package func tokenModel() async throws(EmbeddingError) -> any TokenModel {
        try await models.use(name) { service throws(EmbeddingError) in try await service.tokenModel() }
    }

    package func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult {
        try await models.use(name) { service throws(EmbeddingError) in try await service.embed(request) }
    }
}
