import EmbeddingCore

/// OpenAI's `/v1/embeddings` and every server that speaks it.
final class OpenAIProvider: EmbeddingProvider {
    let name = ProviderKind.openAI.name
    let modelName: String
    let limits: EmbeddingLimits
    private let client: OpenAIClient

    /// - Parameter endpoint: up to and including `/v1`.
    init(model: String, endpoint: ProviderEndpoint, encoding: OpenAISettings.EncodingFormat = .auto) {
        modelName = model
        limits = EmbeddingLimits(
            items: 2048,
            tokensPerText: ModelCard.named(model)?.tokens ?? 8192,
            tokensPerCall: 300_000,
            acceptsTokens: true
        )
        client = OpenAIClient(
            provider: name,
            model: model,
            endpoint: endpoint,
            encoding: encoding == .auto ? .base64 : OpenAIWire.Encoding(rawValue: encoding.rawValue),
            isEncodingFree: encoding == .auto
        ) { call, encoding in
            OpenAIWire.request(
                model: model,
                inputs: call.inputs,
                dimensions: call.dimensions,
                encoding: encoding
            )
        }
    }

    func model() async throws(EmbeddingError) -> EmbeddingModel { try await client.identity() }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch { try await client.embed(call) }
}
