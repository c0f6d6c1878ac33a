import EmbeddingCore
import Settings

extension ProviderKind {
    /// OpenAI, and every server that speaks its language.
    package static let openAI: ProviderKind = ProviderKind(
        name: "openai",
        isOutside: true,
        defaultModel: "text-embedding-3-small",
        settings: [OpenAISettings.key, OpenAISettings.baseURL, OpenAISettings.encodingFormat],
        pace: Pace(requestsPerMinute: 3000, tokensPerMinute: 1_000_000),
        shortensVectors: { $0?.takesDimensions == true },
        remedy: { code in
            switch code {
            case .unauthorized: "correct OPENAI_API_KEY"
            case .wrongAddress: "correct OPENAI_BASE_URL: it ends in /v1 on most servers; or correct EMBEDDING_MODEL"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and OPENAI_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            let url = context.settings[OpenAISettings.baseURL]
            let key = try context.key(OpenAISettings.key, for: url, neededAt: "api.openai.com")
            let provider = OpenAIProvider(
                model: context.model,
                endpoint: context.endpoint(url, key: key),
                encoding: context.settings[OpenAISettings.encodingFormat]
            )
            return [ProviderPool.Member(provider: provider, label: EndpointLabel.of(url))]
        }
    )
}
