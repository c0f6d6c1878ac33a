import EmbeddingCore
import Settings

extension ProviderKind {
    /// Voyage AI.
    package static let voyage: ProviderKind = ProviderKind(
        name: "voyage",
        isOutside: true,
        defaultModel: "voyage-3.5-lite",
        settings: [VoyageSettings.key, VoyageSettings.baseURL],
        pace: Pace(requestsPerMinute: 2000, tokensPerMinute: 3_000_000),
        takesInputType: true,
        shortensVectors: { $0?.takesDimensions == true },
        remedy: { code in
            switch code {
            case .unauthorized: "correct VOYAGE_API_KEY"
            case .wrongAddress: "correct VOYAGE_BASE_URL, which ends in /v1"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and VOYAGE_BASE_URL"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            let url = context.settings[VoyageSettings.baseURL]
            let key = try context.key(VoyageSettings.key, for: url, neededAt: "api.voyageai.com")
            let provider = VoyageProvider(model: context.model, endpoint: context.endpoint(url, key: key))
            return [ProviderPool.Member(provider: provider, label: EndpointLabel.of(url))]
        }
    )
}
