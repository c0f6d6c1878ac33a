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
    /// All settings of embed-star, each listed where it is declared: its flags, its environment, `.env.example`, `--help`
    /// and the tables of docs/settings.md.
    static let product = SettingsTable(
        [
            Group("Database", DatabaseSettings.all),
            Group("Provider and model", GatewaySettings.ofModels),
            Group("The providers' own settings", ProviderKinds.settings),
            Group("Models from Hugging Face's hub", HubSettings.all),
            Group("Provider calls", GatewaySettings.ofCalls),
            Group("Embedding of repositories", StorageSettings.ofRows + PipelineSettings.all),
            Group("Search", SearchSettings.all + StorageSettings.ofSearch),
            Group("HTTP server", ServerSettings.all + APISettings.ofRequests),
            Group("Page", PageSettings.all),
            Group("Access", APISettings.ofAccess),
            Group("GitHub", GitHubSettings.all + APISettings.ofWebhooks),
            Group("Logs and traces", LogSettings.all + TraceSettings.all),
            Group("Commands that call a running service", ClientSettings.all),
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
