import EmbeddingCore

/// Together AI: OpenAI's wire, of which only `model` and `input` are documented.
final class TogetherProvider: EmbeddingProvider {
    let name = ProviderKind.together.name
    let modelName: String
    let limits: EmbeddingLimits
    private let client: OpenAIClient

    /// - Parameter endpoint: up to and including `/v1`.
    init(model: String, endpoint: ProviderEndpoint) {
        modelName = model
        limits = EmbeddingLimits(items: 512, tokensPerText: ModelCard.named(model)?.tokens ?? 512)
        client = OpenAIClient(provider: name, model: model, endpoint: endpoint, encoding: nil) { call, _ in
            OpenAIWire.request(model: model, inputs: call.inputs)
        }
    }

    func model() async throws(EmbeddingError) -> EmbeddingModel { try await client.identity() }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch { try await client.embed(call) }
}
