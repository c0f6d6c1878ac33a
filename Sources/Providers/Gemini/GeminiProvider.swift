import EmbeddingCore
import HTTP
import HTTPClient

/// Gemini's `models/NAME:batchEmbedContents` (https://ai.google.dev/api/embeddings). It counts no tokens in its answers.
final class GeminiProvider: EmbeddingProvider {
    let name = ProviderKind.gemini.name
    let modelName: String
    let limits: EmbeddingLimits
    private let endpoint: ProviderEndpoint
    private let size: LearnedSize

    /// - Parameter endpoint: up to and including the version.
    init(model: String, endpoint: ProviderEndpoint) {
        modelName = model
        self.endpoint = endpoint
        limits = EmbeddingLimits(items: 100, tokensPerText: ModelCard.named(model)?.tokens ?? 2048)
        size = LearnedSize(provider: name, model: model)
    }

    func model() async throws(EmbeddingError) -> EmbeddingModel {
        try await size.identity { call async throws(EmbeddingError) in try await embed(call) }
    }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch {
        let texts = try call.inputs.texts(for: name)
        let path = "/models/\(PercentEncoding.encode(modelName)):batchEmbedContents"
        let body = GeminiWire.request(model: modelName, texts: texts, type: call.type, dimensions: call.dimensions)
        return try await endpoint.post(path, body, patience: call.patience) { answer throws(EmbeddingError) in
            try GeminiWire.batch(answer.body, count: texts.count, capacity: call.dimensions ?? size.known ?? 0)
        }
    }
}
