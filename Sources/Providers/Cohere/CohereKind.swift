import EmbeddingCore
import Settings

extension ProviderKind {
    /// Cohere.
    package static let cohere: ProviderKind = ProviderKind(
        name: "cohere",
        isOutside: true,
        defaultModel: "embed-v4.0",
        settings: [CohereSettings.key, CohereSettings.baseURL],
        models: [
            ("embed-v4.0", .flexible(dimensions: 1536, tokens: 128_000)),
            ("embed-english-v3.0", ModelCard(dimensions: 1024, tokens: 512)),
            ("embed-multilingual-v3.0", ModelCard(dimensions: 1024, tokens: 512)),
            ("embed-english-light-v3.0", ModelCard(dimensions: 384, tokens: 512)),
            ("embed-multilingual-light-v3.0", ModelCard(dimensions: 384, tokens: 512)),
        ],
        rateLimits: RateLimits(requestsPerMinute: 2000),
        takesInputType: true,
        shortensVectors: true,
        remedy: { code in
            switch code {
            case .unauthorized: "correct COHERE_API_KEY"
            case .wrongAddress: "correct COHERE_BASE_URL, which ends in /v2, or EMBEDDING_MODEL"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and COHERE_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            try context.member(at: CohereSettings.baseURL, CohereSettings.key) {
                CohereProvider(model: context.model, endpoint: $0)
            }
        }
    )
}
