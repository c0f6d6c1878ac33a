import EmbeddingCore
import Settings

extension ProviderKind {
    /// Together AI.
    package static let together: ProviderKind = ProviderKind(
        name: "together",
        isOutside: true,
        defaultModel: "BAAI/bge-base-en-v1.5",
        settings: [TogetherSettings.key, TogetherSettings.baseURL],
        rateLimits: RateLimits(requestsPerMinute: 1000),
        remedy: { code in
            switch code {
            case .unauthorized: "correct TOGETHER_API_KEY"
            case .wrongAddress: "correct TOGETHER_BASE_URL, which ends in /v1, or EMBEDDING_MODEL"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and TOGETHER_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            try context.member(at: TogetherSettings.baseURL, TogetherSettings.key) {
                // Of OpenAI's request `model` and `input` alone are documented.
                OpenAIProvider(
                    name: together.name,
                    model: context.model,
                    endpoint: $0,
                    limits: EmbeddingLimits(items: 512, tokensPerText: ModelCard.named(context.model)?.tokens ?? 512),
                    encoding: nil
                )
            }
        }
    )
}
