import EmbeddingCore
import Settings

extension ProviderKind {
    /// Voyage AI.
    package static let voyage: ProviderKind = ProviderKind(
        name: "voyage",
        isOutside: true,
        defaultModel: "voyage-3.5-lite",
        settings: [VoyageSettings.key, VoyageSettings.baseURL],
        models: [
            ("voyage-3.5", .flexible(dimensions: 1024, tokens: 32_000)),
            ("voyage-3-large", .flexible(dimensions: 1024, tokens: 32_000)),
            ("voyage-code-3", .flexible(dimensions: 1024, tokens: 32_000)),
            ("voyage-3-lite", ModelCard(dimensions: 512, tokens: 32_000)),
            ("voyage-3", ModelCard(dimensions: 1024, tokens: 32_000)),
            ("voyage-multilingual-2", ModelCard(dimensions: 1024, tokens: 32_000)),
            ("voyage-finance-2", ModelCard(dimensions: 1024, tokens: 32_000)),
            ("voyage-law-2", ModelCard(dimensions: 1024, tokens: 16_000)),
            ("voyage-code-2", ModelCard(dimensions: 1536, tokens: 16_000)),
        ],
        rateLimits: RateLimits(requestsPerMinute: 2000, tokensPerMinute: 3_000_000),
        takesInputType: true,
        shortensVectors: true,
        remedy: { code in
            switch code {
            case .unauthorized: "correct VOYAGE_API_KEY"
            case .wrongAddress: "correct VOYAGE_BASE_URL, which ends in /v1"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and VOYAGE_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            try context.member(at: VoyageSettings.baseURL, VoyageSettings.key) {
                OpenAIProvider(
                    name: voyage.name,
                    model: context.model,
                    endpoint: $0,
                    limits: VoyageWire.limits(of: context.model),
                    encoding: .base64,
                    request: VoyageWire.request
                )
            }
        }
    )
}
