import EmbeddingCore
import Settings

extension ProviderKind {
    /// OpenAI, and every server that speaks its language.
    package static let openAI: ProviderKind = ProviderKind(
        name: "openai",
        isOutside: true,
        defaultModel: "text-embedding-3-small",
        settings: [OpenAISettings.key, OpenAISettings.baseURL, OpenAISettings.encodingFormat],
        models: [
            ("text-embedding-3-small", .flexible(dimensions: 1536, tokens: 8191)),
            ("text-embedding-3-large", .flexible(dimensions: 3072, tokens: 8191)),
            ("text-embedding-ada-002", ModelCard(dimensions: 1536, tokens: 8191)),
        ],
        rateLimits: RateLimits(requestsPerMinute: 3000, tokensPerMinute: 1_000_000),
        shortensVectors: true,
        remedy: { code in
            switch code {
            case .unauthorized: "correct OPENAI_API_KEY"
            case .wrongAddress: "correct OPENAI_BASE_URL: it ends in /v1 on most servers; or correct EMBEDDING_MODEL"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and OPENAI_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            try context.member(at: OpenAISettings.baseURL, OpenAISettings.key) { endpoint in
                let format = context.settings[OpenAISettings.encodingFormat]
                return OpenAIProvider(
                    name: openAI.name,
                    model: context.model,
                    endpoint: endpoint,
                    limits: OpenAIProvider.limits(of: context.model),
                    encoding: format == .auto ? .base64 : OpenAIWire.Encoding(rawValue: format.rawValue),
                    isEncodingFree: format == .auto
                )
            }
        }
    )
}
