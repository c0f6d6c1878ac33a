package import EmbeddingCore
package import HTTPClient

/// Together AI: OpenAI's wire, of which only `model` and `input` are documented.
package final class TogetherProvider: EmbeddingProvider {
    package let name = ProviderName.together
    package let limits: EmbeddingLimits
    private let client: OpenAIClient

    /// - Parameter baseURL: up to and including `/v1`.
    package init(model: String, key: String?, baseURL: String, transport: any HTTPTransport) {
        limits = EmbeddingLimits(items: 512, tokensPerText: ModelCard.named(model)?.tokens ?? 512)
        client = OpenAIClient(
            provider: .together,
            model: model,
            endpoint: ProviderEndpoint(baseURL: baseURL, key: key, transport: transport),
            encoding: nil
        )
    }

    package func model() async throws(EmbeddingError) -> EmbeddingModel { try await client.identity() }

    package func embed(
        _ inputs: [EmbeddingInput],
        dimensions: Int?
    ) async throws(EmbeddingError) -> EmbeddingBatch {
        try await client.embed(inputs, dimensions: nil)
    }
}
