import EmbeddingCore
import HTTP
import Settings

extension ProviderKind {
    /// Azure OpenAI: OpenAI's bodies, at the path of a deployment
    /// (https://learn.microsoft.com/azure/ai-services/openai/reference).
    package static let azure: ProviderKind = ProviderKind(
        name: "azure",
        isOutside: true,
        defaultModel: "text-embedding-3-small",
        settings: [
            AzureSettings.endpoint, AzureSettings.deployment, AzureSettings.version, AzureSettings.key,
            AzureSettings.token,
        ],
        shortensVectors: true,
        remedy: { code in
            switch code {
            case .unauthorized: "correct AZURE_OPENAI_API_KEY or AZURE_OPENAI_AD_TOKEN"
            case .unknownModel, .wrongAddress:
                "correct AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_DEPLOYMENT or EMBEDDING_MODEL"
            case .unavailable, .circuitOpen, .timeout, .badResponse: "check the network, and AZURE_OPENAI_ENDPOINT"
            default: nil
            }
        },
        make: { context throws(EmbeddingError) in
            let settings = context.settings
            guard let url = settings[AzureSettings.endpoint] else {
                throw EmbeddingError(.misconfigured, "AZURE_OPENAI_ENDPOINT is not set")
            }
            let key: ProviderEndpoint.Key? =
                settings.secret(AzureSettings.token).map { .bearer($0) }
                ?? settings.secret(AzureSettings.key).map { .field("api-key", $0) }
            guard let key else {
                throw EmbeddingError(.misconfigured, "neither AZURE_OPENAI_API_KEY nor AZURE_OPENAI_AD_TOKEN is set")
            }
            let deployment = PercentEncoding.encode(settings[AzureSettings.deployment] ?? context.model)
            let version = PercentEncoding.encode(settings[AzureSettings.version])
            let provider = OpenAIProvider(
                name: azure.name,
                model: context.model,
                endpoint: context.endpoint(url, key: key),
                path: "/openai/deployments/\(deployment)/embeddings?api-version=\(version)",
                limits: OpenAIProvider.limits(of: context.model),
                encoding: .base64
            )
            return [ProviderPool.Member(provider: provider, label: EndpointLabel.of(url))]
        }
    )
}
