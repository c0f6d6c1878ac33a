import EmbeddingCore
import HTTPClient
import Synchronization

/// OpenAI's `/v1/embeddings`, and every server whose answers are OpenAI's, for one model.
final class OpenAIProvider: EmbeddingProvider {
    /// Makes a request's body.
    typealias Request = @Sendable (_ model: String, _ call: ProviderCall, _ encoding: OpenAIWire.Encoding?) -> [UInt8]

    let name: ProviderName
    let modelName: String
    let limits: EmbeddingLimits
    private let endpoint: ProviderEndpoint
    private let path: String
    private let request: Request
    private let isEncodingFree: Bool
    private let size: LearnedSize
    private let state: Mutex<State>

    private struct State {
        var encoding: OpenAIWire.Encoding?
        var sendsDimensions = true
    }

    /// - Parameters:
    ///   - endpoint: up to and including `/v1`.
    ///   - path: of the embeddings, below the endpoint's URL.
    ///   - encoding: asked for; nil leaves the choice to the server.
    ///   - isEncodingFree: whether another may be asked for when the server refuses that one.
    init(
        name: ProviderName,
        model: String,
        endpoint: ProviderEndpoint,
        path: String = "/embeddings",
        limits: EmbeddingLimits,
        encoding: OpenAIWire.Encoding?,
        isEncodingFree: Bool = true,
        request: @escaping Request = OpenAIWire.request
    ) {
        self.name = name
        modelName = model
        self.limits = limits
        self.endpoint = endpoint
        self.path = path
        self.isEncodingFree = isEncodingFree
        state = Mutex(State(encoding: encoding))
        self.request = request
        size = LearnedSize(provider: name, model: model)
    }

    /// What OpenAI's contract allows, and Azure's.
    static func limits(of model: String) -> EmbeddingLimits {
        EmbeddingLimits(
            items: 2048,
            tokensPerText: ModelCard.named(model)?.tokens ?? 8192,
            tokensPerCall: 300_000,
            acceptsTokens: true
        )
    }

    func model() async throws(EmbeddingError) -> EmbeddingModel {
        try await size.identity { call async throws(EmbeddingError) in try await embed(call) }
    }

    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch {
        if !limits.acceptsTokens { _ = try call.inputs.texts(for: name) }
        let (encoding, sendsDimensions) = state.withLock { ($0.encoding, $0.sendsDimensions) }
        var asked = call
        if !sendsDimensions { asked.dimensions = nil }
        do {
            // Vectors in base64 hardly shrink: compressing them costs both sides more time than it saves on the way.
            let capacity = asked.dimensions ?? size.known ?? 0
            return try await endpoint.post(
                path,
                request(modelName, asked, encoding),
                takesGzip: encoding != .base64,
                patience: call.patience
            ) { response throws(EmbeddingError) in
                var batch = try OpenAIWire.batch(response.body, count: call.inputs.count, capacity: capacity)
                batch.quota = RateLimitHeaders.quota(in: response)
                return batch
            }
        } catch {
            guard canDoWithout(error.parameter, asked, encoding) else { throw error }
            return try await embed(call)
        }
    }

    /// Leaves out from now on what a compatible server refuses by name, if it is of no consequence: vectors come as
    /// numbers too, and are shortened by us.
    private func canDoWithout(_ parameter: String?, _ asked: ProviderCall, _ encoding: OpenAIWire.Encoding?) -> Bool {
        switch parameter {
        case "encoding_format" where isEncodingFree && encoding != nil: state.withLock { $0.encoding = nil }
        case "dimensions" where asked.dimensions != nil: state.withLock { $0.sendsDimensions = false }
        default: return false
        }
        return true
    }
}
