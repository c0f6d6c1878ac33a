import GitHub
import ModelHub
import OTLP
import Pipeline
import Providers
import Routing
import Server
import Settings
import Storage
import SurrealDB

extension SettingsTable {
    /// All settings of embed-star: its flags, its environment, `.env.example`, `--help` and the table of docs/settings.md.
    static let product = SettingsTable(
        [
            DatabaseSettings.url, DatabaseSettings.user, DatabaseSettings.password, DatabaseSettings.authLevel,
            DatabaseSettings.namespace, DatabaseSettings.database, DatabaseSettings.poolSize,
            GatewaySettings.provider, GatewaySettings.model, GatewaySettings.models, GatewaySettings.dimensions,
            GatewaySettings.providerHeaders,
        ] + ProviderKinds.settings + HubSettings.all + [
            GatewaySettings.tokenEncoding, GatewaySettings.queryPrefix, GatewaySettings.documentPrefix,
            GatewaySettings.batchSize, PipelineSettings.batchDelay, GatewaySettings.batchWindow,
            GatewaySettings.parallelWorkers, GatewaySettings.tokenLimit,
            GatewaySettings.retryAttempts, GatewaySettings.retryDelay,
            GatewaySettings.requestsPerMinute, GatewaySettings.tokensPerMinute,
            PipelineSettings.embedPrivateRepos, StorageSettings.keepExistingVectors, StorageSettings.embedStars,
            StorageSettings.vectorIndex,
            PipelineSettings.pollInterval, PipelineSettings.leaseSeconds, PipelineSettings.reconcileInterval,
            SearchSettings.backend,
            ServerSettings.host, ServerSettings.socketMode, ServerSettings.port, ServerSettings.monitoringPort,
            APISettings.apiKeys, APISettings.readKeys, APISettings.writeKeys, APISettings.privateSearchKeys,
            APISettings.allowedOrigins, APISettings.allowedHosts, APISettings.trustedProxies, APISettings.rateLimit,
            APISettings.webhookSecrets,
            APISettings.modelAliases, APISettings.maxBodyBytes, ServerSettings.maxConnections,
            APISettings.requestTimeout,
            ServerSettings.idleTimeout, ServerSettings.shutdownGrace, APISettings.maxClientBatch,
            GatewaySettings.cacheMaxBytes,
            GitHubSettings.apiURL, GitHubSettings.token, GitHubSettings.starsUser, GitHubSettings.starsInterval,
            GitHubSettings.starsPrune,
            LogSettings.level, LogSettings.format,
            ClientSettings.url, ClientSettings.key,
            TraceSettings.endpoint, TraceSettings.headers, TraceSettings.serviceName, TraceSettings.ratio,
        ],
        retired: [
            RetiredSetting(name: "RUST_LOG", advice: "use LOG_LEVEL"),
            RetiredSetting(name: "POOL_MAX_SIZE", advice: "use POOL_SIZE"),
            RetiredSetting(name: "POOL_TIMEOUT_SECS", advice: "remove it"),
            RetiredSetting(name: "POOL_WAIT_TIMEOUT_SECS", advice: "remove it"),
            RetiredSetting(name: "POOL_CREATE_TIMEOUT_SECS", advice: "remove it"),
            RetiredSetting(name: "POOL_RECYCLE_TIMEOUT_SECS", advice: "remove it"),
        ]
    )
}
