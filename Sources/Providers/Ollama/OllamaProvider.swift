import EmbeddingCore
import HTTPClient
import Synchronization

/// One Ollama server. Several are put side by side by `ProviderPool`.
final class OllamaProvider: EmbeddingProvider {
    let name = ProviderKind.ollama.name
    let modelName: String
    private let endpoint: ProviderEndpoint
    private let pullsMissingModel: Bool
    private let state: Mutex<State>

    private struct State {
        var identity: EmbeddingModel?
        var tokens: Int
    }

    /// - Parameter pullsMissingModel: whether a model that the server lacks is downloaded by it.
    init(model: String, endpoint: ProviderEndpoint, pullsMissingModel: Bool = false) {
        modelName = model
        self.pullsMissingModel = pullsMissingModel
        self.endpoint = endpoint
        state = Mutex(State(identity: nil, tokens: ModelCard.named(model)?.tokens ?? 512))
    }

    var limits: EmbeddingLimits {
        EmbeddingLimits(items: 512, tokensPerText: state.withLock { $0.tokens })
    }

    /// The identity, with the digest of the model's files as revision, so that a re-pulled model is seen as new.
    func model() async throws(EmbeddingError) -> EmbeddingModel {
        let digest = try await digest()
        if let known = state.withLock({ $0.identity }), known.revision == digest { return known }
        let show = OllamaWire.show(model: modelName)
        let details = try await endpoint.post("/api/show", show) { answer throws(EmbeddingError) in
            try OllamaWire.details(answer.body)
        }
        let dimensions: Int
        if let stated = details.dimensions, stated > 0 {
            dimensions = stated
        } else {
            dimensions = try await call(["dimensions"], capacity: 0).vectors.first?.count ?? 0
        }
        guard dimensions > 0 else { throw EmbeddingError(.badResponse, "the provider returned an empty vector") }
        let identity = EmbeddingModel(provider: name, name: modelName, dimensions: dimensions, revision: digest)
        state.withLock { state in
            state.identity = identity
            // The context length of the model may exceed what the server gives it; a known figure is the safer one.
            if ModelCard.named(modelName) == nil, let tokens = details.tokens, tokens > 0 { state.tokens = tokens }
        }
        return identity
    }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch {
        let texts = try call.inputs.texts(for: name)
        return try await self.call(
            texts,
            capacity: state.withLock { $0.identity?.dimensions } ?? 0,
            patience: call.patience
        )
    }

    private func call(
        _ texts: [String],
        capacity: Int,
        patience: Duration? = nil
    ) async throws(EmbeddingError) -> EmbeddingBatch {
        let body = OllamaWire.request(model: modelName, texts: texts)
        return try await endpoint.post("/api/embed", body, patience: patience) { answer throws(EmbeddingError) in
            try OllamaWire.batch(answer.body, count: texts.count, capacity: capacity)
        }
    }

    /// Nil while the server does not have the model.
    private func listedDigest() async throws(EmbeddingError) -> String? {
        try await endpoint.get("/api/tags") { answer throws(EmbeddingError) in
            try OllamaWire.digest(of: modelName, in: answer.body)
        }
    }

    private func digest() async throws(EmbeddingError) -> String {
        if let digest = try await listedDigest() { return digest }
        guard pullsMissingModel else {
            throw EmbeddingError(
                .unknownModel,
                "Ollama has no model \(modelName): run `ollama pull \(modelName)` or set OLLAMA_PULL=true"
            )
        }
        try await endpoint.post("/api/pull", OllamaWire.pull(model: modelName), patience: .seconds(3600)) { _ in }
        guard let digest = try await listedDigest() else {
            throw EmbeddingError(.unknownModel, "Ollama pulled \(modelName) but does not list it")
        }
        return digest
    }
}
