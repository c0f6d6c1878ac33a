import EmbeddingCore
import HTTPClient
import Synchronization

/// Calls `/embeddings` in OpenAI's shape for one model.
final class OpenAIClient: Sendable {
    private struct State {
        var encoding: OpenAIWire.Encoding?
        var dimensions: Int?
    }

    private let provider: ProviderName
    private let model: String
    private let endpoint: ProviderEndpoint
    private let state: Mutex<State>

    /// - Parameter encoding: asked for; nil leaves the choice to the server.
    init(provider: ProviderName, model: String, endpoint: ProviderEndpoint, encoding: OpenAIWire.Encoding?) {
        self.provider = provider
        self.model = model
        self.endpoint = endpoint
        state = Mutex(State(encoding: encoding, dimensions: ModelCard.named(model)?.dimensions))
    }

    /// The identity; a model whose size nobody wrote down is asked for one vector, once.
    func identity() async throws(EmbeddingError) -> EmbeddingModel {
        if let dimensions = state.withLock({ $0.dimensions }) { return identity(dimensions) }
        let batch = try await embed([.text("dimensions")], dimensions: nil)
        guard let count = batch.vectors.first?.count, count > 0 else {
            throw EmbeddingError(.badResponse, "the provider answered an empty vector")
        }
        state.withLock { $0.dimensions = count }
        return identity(count)
    }

    func embed(_ inputs: [EmbeddingInput], dimensions: Int?) async throws(EmbeddingError) -> EmbeddingBatch {
        let (encoding, size) = state.withLock { ($0.encoding, $0.dimensions) }
        let body = OpenAIWire.request(model: model, inputs: inputs, dimensions: dimensions, encoding: encoding)
        do {
            // Vectors in base64 hardly shrink: compressing them costs both sides more time than it saves on the way.
            let response = try await endpoint.post("/embeddings", body, takesGzip: encoding != .base64)
            var batch = try OpenAIWire.batch(response.body, count: inputs.count, capacity: dimensions ?? size ?? 0)
            batch.quota = RateLimitHeaders.quota(in: response)
            return batch
        } catch {
            guard encoding == .base64, error.code == .invalidInput, refusesEncoding(error) else { throw error }
            state.withLock { $0.encoding = nil }
            return try await embed(inputs, dimensions: dimensions)
        }
    }

    /// Some compatible servers know floats only.
    private func refusesEncoding(_ error: EmbeddingError) -> Bool {
        error.message.contains("encoding_format") || error.message.contains("base64")
    }

    private func identity(_ dimensions: Int) -> EmbeddingModel {
        EmbeddingModel(provider: provider, name: model, dimensions: dimensions)
    }
}
