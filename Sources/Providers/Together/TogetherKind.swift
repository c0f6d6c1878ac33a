import EmbeddingCore
import Settings

extension ProviderKind {
    /// Together AI.
    package static let together: ProviderKind = ProviderKind(
        name: "together",
        isOutside: true,
        defaultModel: "BAAI/bge-base-en-v1.5",
        settings: [TogetherSettings.key, TogetherSettings.baseURL],
        pace: Pace(requestsPerMinute: 1000),
        remedy: { code in
            switch code {
            case .unauthorized: "correct TOGETHER_API_KEY"
            case .wrongAddress: "correct TOGETHER_BASE_URL, which ends in /v1, or EMBEDDING_MODEL"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and TOGETHER_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            let url = context.settings[TogetherSettings.baseURL]
            let key = try context.key(TogetherSettings.key, for: url, neededAt: "api.together.xyz")
            let provider = TogetherProvider(model: context.model, endpoint: context.endpoint(url, key: key))
            return [ProviderPool.Member(provider: provider, label: EndpointLabel.of(url))]
        }
    )
}
