import EmbeddingCore

/// Voyage AI: answers as OpenAI's, requests of its own (https://docs.voyageai.com/reference/embeddings-api).
final class VoyageProvider: EmbeddingProvider {
    let name = ProviderKind.voyage.name
    let modelName: String
    let limits: EmbeddingLimits
    private let client: OpenAIClient

    /// - Parameter endpoint: up to and including `/v1`.
    init(model: String, endpoint: ProviderEndpoint) {
        modelName = model
        limits = EmbeddingLimits(
            items: 1000,
            tokensPerText: ModelCard.named(model)?.tokens ?? 32_000,
            tokensPerCall: Self.tokensPerCall(model)
        )
        client = OpenAIClient(provider: name, model: model, endpoint: endpoint, encoding: .base64) { call, encoding in
            VoyageWire.request(model: model, call, encoding: encoding)
        }
    }

    func model() async throws(EmbeddingError) -> EmbeddingModel { try await client.identity() }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch {
        _ = try call.inputs.texts(for: "Voyage")
        return try await client.embed(call)
    }

    /// What the contract allows; the least of all for a model that is not named there.
    private static func tokensPerCall(_ model: String) -> Int {
        switch model {
        case "voyage-3.5-lite", "voyage-3-lite": 1_000_000
        case "voyage-3.5", "voyage-3", "voyage-2": 320_000
        default: 120_000
        }
    }
}
