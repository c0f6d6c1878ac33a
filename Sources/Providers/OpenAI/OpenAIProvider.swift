package import EmbeddingCore
package import HTTPClient
import Synchronization

/// OpenAI's `/v1/embeddings` and every server that speaks it.
package final class OpenAIProvider: EmbeddingProvider {
    package let name = ProviderName.openai
    package let limits: EmbeddingLimits
    private let client: OpenAIClient

    /// - Parameters:
    ///   - key: sent as a bearer token; nil for servers that want none.
    ///   - baseURL: up to and including `/v1`.
    package init(model: String, key: String?, baseURL: String, transport: any HTTPTransport) {
        let card = ModelCard.named(model)
        limits = EmbeddingLimits(
            items: 2048,
            tokensPerText: card?.tokens ?? 8192,
            tokensPerCall: 300_000,
            acceptsTokens: true
        )
        client = OpenAIClient(
            provider: .openai,
            model: model,
            endpoint: ProviderEndpoint(baseURL: baseURL, key: key, transport: transport),
            encoding: .base64
        )
    }

    package func model() async throws(EmbeddingError) -> EmbeddingModel { try await client.identity() }

    package func embed(
        _ inputs: [EmbeddingInput],
        dimensions: Int?
    ) async throws(EmbeddingError) -> EmbeddingBatch {
        try await client.embed(inputs, dimensions: dimensions)
    }
}
