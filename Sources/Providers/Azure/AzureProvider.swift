import EmbeddingCore
import HTTP

/// Azure OpenAI: OpenAI's bodies, at the path of a deployment
/// (https://learn.microsoft.com/azure/ai-services/openai/reference).
final class AzureProvider: EmbeddingProvider {
    let name = ProviderKind.azure.name
    let modelName: String
    let limits: EmbeddingLimits
    private let client: OpenAIClient

    /// - Parameters:
    ///   - model: what the deployment runs; only names the vectors.
    ///   - endpoint: the resource.
    init(model: String, deployment: String, version: String, endpoint: ProviderEndpoint) {
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
            path: "/openai/deployments/\(PercentEncoding.encode(deployment))/embeddings"
                + "?api-version=\(PercentEncoding.encode(version))",
            encoding: .base64
        ) { call, encoding in
            OpenAIWire.request(model: model, inputs: call.inputs, dimensions: call.dimensions, encoding: encoding)
        }
    }

    func model() async throws(EmbeddingError) -> EmbeddingModel { try await client.identity() }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch { try await client.embed(call) }
}
