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
    /// All settings of embed-star: its flags, its environment, `.env.example`, `--help` and the tables of docs/settings.md.
    static let product = SettingsTable(
        [
            Group(
                "Database",
                [
                    DatabaseSettings.url, DatabaseSettings.user, DatabaseSettings.password, DatabaseSettings.authLevel,
                    DatabaseSettings.namespace, DatabaseSettings.database, DatabaseSettings.poolSize,
                ]
            ),
            Group(
                "Provider and model",
                [
                    GatewaySettings.provider, GatewaySettings.model, GatewaySettings.models,
                    GatewaySettings.dimensions, GatewaySettings.tokenLimit, GatewaySettings.tokenEncoding,
                    GatewaySettings.queryPrefix, GatewaySettings.documentPrefix, GatewaySettings.providerHeaders,
                ]
            ),
            Group("The providers' own settings", ProviderKinds.settings),
            Group("Models from Hugging Face's hub", HubSettings.all),
            Group(
                "Provider calls",
                [
                    GatewaySettings.batchSize, PipelineSettings.batchDelay, GatewaySettings.batchWindow,
                    GatewaySettings.parallelWorkers, GatewaySettings.retryAttempts, GatewaySettings.retryDelay,
                    GatewaySettings.requestsPerMinute, GatewaySettings.tokensPerMinute, GatewaySettings.cacheMaxBytes,
                ]
            ),
            Group(
                "Embedding of repositories",
                [
                    PipelineSettings.embedPrivateRepos, StorageSettings.embedStars, StorageSettings.keepExistingVectors,
                    PipelineSettings.pollInterval, PipelineSettings.leaseSeconds, PipelineSettings.reconcileInterval,
                ]
            ),
            Group("Search", [SearchSettings.backend, StorageSettings.vectorIndex]),
            Group(
                "HTTP server",
                [
                    ServerSettings.host, ServerSettings.socketMode, ServerSettings.port, ServerSettings.monitoringPort,
                    APISettings.modelAliases, APISettings.maxClientBatch, APISettings.maxBodyBytes,
                    ServerSettings.maxConnections, APISettings.requestTimeout, ServerSettings.idleTimeout,
                    ServerSettings.shutdownGrace,
                ]
            ),
            Group("Page", [PageSettings.showsAvatars]),
            Group(
                "Access",
                [
                    APISettings.apiKeys, APISettings.readKeys, APISettings.writeKeys, APISettings.privateSearchKeys,
                    APISettings.rateLimit, APISettings.allowedOrigins, APISettings.allowedHosts,
                    APISettings.trustedProxies,
                ]
            ),
            Group(
                "GitHub",
                [
                    GitHubSettings.apiURL, GitHubSettings.token, GitHubSettings.starsUser, GitHubSettings.starsInterval,
                    GitHubSettings.starsPrune, APISettings.webhookSecrets,
                ]
            ),
            Group(
                "Logs and traces",
                [
                    LogSettings.level, LogSettings.format, TraceSettings.endpoint, TraceSettings.headers,
                    TraceSettings.serviceName, TraceSettings.ratio,
                ]
            ),
            Group("Commands that call a running service", [ClientSettings.url, ClientSettings.key]),
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
