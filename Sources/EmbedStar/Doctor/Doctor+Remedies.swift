import EmbeddingCore
import Providers
import Settings
import SurrealDB

extension Doctor {
    /// What to do when the database refuses.
    static func finding(for error: StoreError, _ settings: SettingValues) -> Finding {
        switch error.code {
        case .unavailable, .cancelled:
            .bad(
                "database",
                error.message,
                remedy: "start SurrealDB or correct DB_URL (now \(settings[DatabaseSettings.url])); "
                    + "scripts/run starts one by itself"
            )
        case .unauthorized:
            .bad(
                "database",
                error.message,
                remedy:
                    "correct DB_USER and DB_PASS, and DB_AUTH_LEVEL (now \(settings[DatabaseSettings.authLevel].rawValue))"
            )
        case .schema:
            .bad("schema", error.message, remedy: "use the embed-star version that wrote it, or a later one")
        case .unsupported:
            .bad("database", error.message, remedy: "upgrade SurrealDB; docs/upgrade.md tells how to move to 3")
        case .badResponse:
            .bad("database", error.message, remedy: "check that DB_URL names a SurrealDB server, 2.3 or later")
        case .conflict, .rejected, .invalidArgument:
            .bad("database", error.message, remedy: "look at the database's own log")
        }
    }

    /// What to do when no vector can be had.
    static func finding(for error: EmbeddingError, _ settings: SettingValues) -> Finding {
        let provider = settings[GatewaySettings.provider]
        return .bad("provider", error.message, remedy: remedy(for: error.code, provider))
    }

    private static func remedy(for code: EmbeddingError.Code, _ provider: ProviderName) -> String {
        switch (code, provider) {
        case (_, .builtin): "run scripts/bootstrap to fetch the model again, or correct BUILTIN_MODEL_DIR"
        case (.unknownModel, .ollama): "run `ollama pull MODEL`, set OLLAMA_PULL=true, or correct EMBEDDING_MODEL"
        case (.unknownModel, _): "correct EMBEDDING_MODEL"
        case (.unauthorized, .openai): "correct OPENAI_API_KEY"
        case (.unauthorized, .together): "correct TOGETHER_API_KEY"
        case (.quotaExhausted, _): "raise the quota of the account"
        case (.unsupportedDimensions, _): "correct or remove EMBEDDING_DIMENSIONS"
        case (_, .ollama): "start Ollama (`ollama serve`) or correct OLLAMA_URL"
        case (_, .openai): "check the network, and OPENAI_BASE_URL"
        case (_, .together): "check the network, and TOGETHER_BASE_URL"
        }
    }
}
