import EmbeddingCore
import Settings

extension ProviderKind {
    /// Ollama, on this machine or in its cluster.
    package static let ollama: ProviderKind = ProviderKind(
        name: "ollama",
        isOutside: false,
        defaultModel: "nomic-embed-text",
        settings: [OllamaSettings.urls, OllamaSettings.pulls],
        remedy: { code in
            switch code {
            case .unknownModel: "run `ollama pull MODEL`, set OLLAMA_PULL=true, or correct EMBEDDING_MODEL"
            case .wrongAddress: "correct OLLAMA_URL: it is the server's root, without /v1 or /api"
            case .unavailable, .circuitOpen, .timeout, .badResponse, .unauthorized:
                "start Ollama (`ollama serve`) or correct OLLAMA_URL"
            default: nil
            }
        },
        make: { context in
            context.settings[OllamaSettings.urls].map { url in
                let provider = OllamaProvider(
                    model: context.model,
                    endpoint: context.endpoint(url),
                    pullsMissingModel: context.settings[OllamaSettings.pulls]
                )
                return ProviderPool.Member(provider: provider, label: EndpointLabel.of(url), identityIsProbe: true)
            }
        }
    )
}
