import EmbeddingCore
import Settings

extension ProviderKind {
    /// Google's Gemini API.
    package static let gemini: ProviderKind = ProviderKind(
        name: "gemini",
        isOutside: true,
        defaultModel: "gemini-embedding-001",
        settings: [GeminiSettings.key, GeminiSettings.baseURL],
        takesInputType: true,
        shortensVectors: { $0?.takesDimensions == true },
        remedy: { code in
            switch code {
            case .unauthorized: "correct GEMINI_API_KEY"
            case .unknownModel, .wrongAddress: "correct EMBEDDING_MODEL, or GEMINI_BASE_URL, which ends in /v1beta"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and GEMINI_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            let url = context.settings[GeminiSettings.baseURL]
            var key: ProviderEndpoint.Key?
            if let given = context.settings.secret(GeminiSettings.key) {
                key = .field("x-goog-api-key", given)
            } else if EndpointLabel.of(url) == "generativelanguage.googleapis.com" {
                throw EmbeddingError(.misconfigured, "GEMINI_API_KEY is not set")
            }
            let provider = GeminiProvider(model: context.model, endpoint: context.endpoint(url, key: key))
            return [ProviderPool.Member(provider: provider, label: EndpointLabel.of(url))]
        }
    )
}
