package import EmbeddingCore
package import HTTPClient
package import Logging
package import Telemetry

extension EmbeddingGateway {
    /// The gateway to the configured provider. Nothing is sent yet.
    /// - Parameters:
    ///   - transport: sends the requests of all providers but the built-in one.
    /// - Throws: `EmbeddingError` when the configuration cannot work: `.unauthorized` without a key for OpenAI's or
    ///   Together's own servers, `.unknownModel` when the built-in model cannot be loaded.
    package convenience init(
        configuration: ProvidersConfiguration,
        transport: any HTTPTransport,
        metrics: MetricsRegistry,
        logger: Logger
    ) throws(EmbeddingError) {
        try self.init(
            configuration: configuration,
            members: Self.members(configuration, transport: transport, logger: logger),
            metrics: metrics,
            logger: logger
        )
    }

    convenience init(
        configuration: ProvidersConfiguration,
        members: [ProviderPool.Member],
        metrics: MetricsRegistry,
        logger: Logger,
        time: any TimeSource = SystemTime(),
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) throws(EmbeddingError) {
        let builtIn = members[0].provider as? BuiltInProvider
        let modelName = builtIn?.modelName ?? configuration.modelName
        let card = builtIn?.card ?? ModelCard.named(modelName)
        let counter: (any TokenCounter)? = builtIn
        self.init(
            pool: ProviderPool(members, time: time, metrics: metrics, logger: logger),
            cache: EmbeddingCache(capacity: configuration.cacheMaxBytes, metrics: metrics),
            preparation: InputPreparation(
                queryPrefix: configuration.queryPrefix ?? card?.queryPrefix ?? "",
                documentPrefix: configuration.documentPrefix ?? card?.documentPrefix ?? "",
                counter: counter ?? TokenEstimate(),
                countsExactly: counter != nil
            ),
            size: VectorSize(configured: configuration.dimensions, card: card, provider: configuration.provider),
            tokenLimit: configuration.tokenLimit,
            queue: configuration.queueSettings(members[0].provider.limits),
            metrics: ProviderMetrics(
                provider: configuration.provider,
                model: modelName,
                registry: metrics
            ),
            time: time,
            jitter: jitter,
            callsOnlyWait: builtIn == nil,
            logger: logger
        )
    }

    private static func members(
        _ configuration: ProvidersConfiguration,
        transport: any HTTPTransport,
        logger: Logger
    ) throws(EmbeddingError) -> [ProviderPool.Member] {
        let model = configuration.modelName
        switch configuration.provider {
        case .builtin:
            let provider = try BuiltInProvider(configuration: configuration, logger: logger)
            return [ProviderPool.Member(provider: provider, label: provider.name.rawValue)]
        case .ollama:
            return configuration.ollamaURLs.map { url in
                let provider = OllamaProvider(
                    model: model,
                    baseURL: url,
                    pullsMissingModel: configuration.pullsOllamaModel,
                    transport: transport
                )
                return ProviderPool.Member(provider: provider, label: EndpointLabel.of(url), identityIsProbe: true)
            }
        case .openai:
            let url = configuration.openAIBaseURL
            try requireKey(configuration.openAIKey, "OPENAI_API_KEY", host: "api.openai.com", url)
            let provider = OpenAIProvider(
                model: model,
                key: configuration.openAIKey,
                baseURL: url,
                transport: transport
            )
            return [ProviderPool.Member(provider: provider, label: EndpointLabel.of(url))]
        case .together:
            let url = configuration.togetherBaseURL
            try requireKey(configuration.togetherKey, "TOGETHER_API_KEY", host: "api.together.xyz", url)
            let provider = TogetherProvider(
                model: model,
                key: configuration.togetherKey,
                baseURL: url,
                transport: transport
            )
            return [ProviderPool.Member(provider: provider, label: EndpointLabel.of(url))]
        }
    }

    /// Other servers of the same dialect may want no key.
    private static func requireKey(
        _ key: String?,
        _ setting: String,
        host: String,
        _ url: String
    ) throws(EmbeddingError) {
        guard key == nil, EndpointLabel.of(url) == host else { return }
        throw EmbeddingError(.unauthorized, "\(setting) is not set")
    }
}

extension ProvidersConfiguration {
    /// The queue's settings for a provider of these limits.
    func queueSettings(_ limits: EmbeddingLimits) -> BatchQueue.Settings {
        var settings = BatchQueue.Settings()
        settings.batchSize = max(1, min(batchSize, limits.items))
        settings.tokensPerCall = limits.tokensPerCall
        // A call to the built-in model keeps all cores busy: a second one fills the gap between two, more would only
        // queue up where an interactive text cannot overtake them.
        settings.parallelCalls = max(1, provider == .builtin ? min(2, parallelCalls) : parallelCalls)
        settings.window = batchWindow
        settings.capacity = queueCapacity
        settings.retry.attempts = max(1, retryAttempts)
        settings.retry.baseDelay = retryDelay
        settings.pacing.requestsPerMinute = Self.limit(requestsPerMinute, default: defaultRequestsPerMinute)
        settings.pacing.tokensPerMinute = Self.limit(tokensPerMinute, default: defaultTokensPerMinute)
        return settings
    }

    private var defaultRequestsPerMinute: Int? {
        switch provider {
        case .openai: 3000
        case .together: 1000
        case .builtin, .ollama: nil
        }
    }

    private var defaultTokensPerMinute: Int? { provider == .openai ? 1_000_000 : nil }

    private static func limit(_ value: Int?, default fallback: Int?) -> Int? {
        guard let value else { return fallback }
        return value > 0 ? value : nil
    }
}
