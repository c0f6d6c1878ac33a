import EmbeddingCore
import HTTPClient

/// Cohere's `POST /v2/embed` (https://docs.cohere.com/reference/embed).
final class CohereProvider: EmbeddingProvider {
    let name = ProviderKind.cohere.name
    let modelName: String
    let limits: EmbeddingLimits
    private let endpoint: ProviderEndpoint
    private let size: LearnedSize

    /// - Parameter endpoint: up to and including `/v2`.
    init(model: String, endpoint: ProviderEndpoint) {
        modelName = model
        self.endpoint = endpoint
        limits = EmbeddingLimits(items: 96, tokensPerText: ModelCard.named(model)?.tokens ?? 512)
        size = LearnedSize(provider: name, model: model)
    }

    func model() async throws(EmbeddingError) -> EmbeddingModel {
        try await size.identity { call async throws(EmbeddingError) in try await embed(call) }
    }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch {
        let texts = try call.inputs.texts(for: name)
        let body = CohereWire.request(model: modelName, texts: texts, type: call.type, dimensions: call.dimensions)
        return try await endpoint.post("/embed", body, patience: call.patience) { answer throws(EmbeddingError) in
            try CohereWire.batch(answer.body, count: texts.count, capacity: call.dimensions ?? size.known ?? 0)
        }
    }
}
