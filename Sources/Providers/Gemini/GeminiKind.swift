import EmbeddingCore
import Settings

extension ProviderKind {
    /// Google's Gemini API.
    package static let gemini: ProviderKind = ProviderKind(
        name: "gemini",
        isOutside: true,
        defaultModel: "gemini-embedding-001",
        settings: [GeminiSettings.key, GeminiSettings.baseURL],
        models: [
            ("gemini-embedding-001", .flexible(dimensions: 3072, tokens: 2048)),
            ("text-embedding-004", ModelCard(dimensions: 768, tokens: 2048)),
        ],
        takesInputType: true,
        shortensVectors: true,
        remedy: { code in
            switch code {
            case .unauthorized: "correct GEMINI_API_KEY"
            case .unknownModel, .wrongAddress: "correct EMBEDDING_MODEL, or GEMINI_BASE_URL, which ends in /v1beta"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and GEMINI_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            try context.member(
                at: GeminiSettings.baseURL,
                GeminiSettings.key,
                sent: { .field("x-goog-api-key", $0) }
            ) { GeminiProvider(model: context.model, endpoint: $0) }
        }
    )
}
