import EmbeddingCore
import Settings

extension ProviderKind {
    /// Cohere.
    package static let cohere: ProviderKind = ProviderKind(
        name: "cohere",
        isOutside: true,
        defaultModel: "embed-v4.0",
        settings: [CohereSettings.key, CohereSettings.baseURL],
        pace: Pace(requestsPerMinute: 2000),
        takesInputType: true,
        shortensVectors: { $0?.takesDimensions == true },
        remedy: { code in
            switch code {
            case .unauthorized: "correct COHERE_API_KEY"
            case .wrongAddress: "correct COHERE_BASE_URL, which ends in /v2, or EMBEDDING_MODEL"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and COHERE_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            let url = context.settings[CohereSettings.baseURL]
            let key = try context.key(CohereSettings.key, for: url, neededAt: "api.cohere.com")
            let provider = CohereProvider(model: context.model, endpoint: context.endpoint(url, key: key))
            return [ProviderPool.Member(provider: provider, label: EndpointLabel.of(url))]
        }
    )
}
