package import EmbeddingCore
package import HTTPClient
package import Logging
package import Settings
package import Telemetry

extension EmbeddingGateway {
    /// The gateway to the configured provider. Nothing is sent yet.
    /// - Parameters:
    ///   - further: the model, when it is not the first that the settings name.
    ///   - runtime: computes models of this process.
    ///   - transport: sends the requests of all providers but those within the process.
    /// - Throws: `EmbeddingError` when the settings cannot work: `.misconfigured`, also without a key that is needed,
    ///   `.unknownModel` when the built-in model cannot be loaded.
    package convenience init(
        settings: SettingValues,
        further: String? = nil,
        runtime: ModelRuntime? = nil,
        transport: any HTTPTransport,
        metrics: MetricsRegistry,
        logger: Logger
    ) throws(EmbeddingError) {
        let kind = settings[GatewaySettings.provider]
        let first = try GatewaySettings.firstModel(settings)
        let context = ProviderContext(
            settings: settings,
            namedModel: further ?? first,
            model: further ?? first ?? kind.defaultModel,
            runtime: runtime ?? ModelRuntime(settings),
            transport: transport,
            logger: logger
        )
        let members = try kind.make(context)
        try self.init(
            configuration: GatewayConfiguration(settings),
            kind: kind,
            members: members,
            decoder: settings[GatewaySettings.tokenEncoding].decoder(settings, members[0].provider, logger),
            metrics: metrics,
            logger: logger
        )
    }

    convenience init(
        configuration: GatewayConfiguration,
        kind: ProviderKind,
        members: [ProviderPool.Member],
        decoder: (any TokenDecoder)? = nil,
        metrics: MetricsRegistry,
        logger: Logger,
        time: any TimeSource = SystemTime(),
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) throws(EmbeddingError) {
        let provider = members[0].provider
        let card = members[0].card ?? ModelCard.named(provider.modelName)
        if let card, let native = card.dimensions {
            try ProviderContext.check(
                dimensions: configuration.dimensions,
                native: native,
                isMatryoshka: card.isMatryoshka,
                of: provider.modelName
            )
        }
        let counter = provider as? any TokenCounter
        self.init(
            pool: ProviderPool(members, time: time, metrics: metrics, logger: logger),
            cache: EmbeddingCache(capacity: configuration.cacheMaxBytes, metrics: metrics),
            preparation: InputPreparation(
                // Who is told what a text is puts the prefix itself.
                queryPrefix: configuration.queryPrefix ?? (kind.takesInputType ? nil : card?.queryPrefix) ?? "",
                documentPrefix: configuration.documentPrefix ?? (kind.takesInputType ? nil : card?.documentPrefix)
                    ?? "",
                prompts: card?.prompts ?? [:],
                counter: counter ?? TokenEstimate(),
                countsExactly: counter != nil,
                decoder: decoder
            ),
            size: VectorSize(
                configured: configuration.dimensions,
                card: card,
                providerShortens: kind.shortensVectors && card?.takesDimensions == true
            ),
            takesInputType: kind.takesInputType,
            tokenLimit: configuration.tokenLimit,
            queue: configuration.queueSettings(kind, provider.limits),
            metrics: ProviderMetrics(provider: kind.name, model: provider.modelName, registry: metrics),
            time: time,
            jitter: jitter,
            callsOnlyWait: !kind.isInProcess,
            logger: logger
        )
    }
}
