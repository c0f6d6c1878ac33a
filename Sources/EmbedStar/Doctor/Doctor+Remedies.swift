import EmbeddingCore
import Providers
import Settings
import Storage
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
            .bad("database", error.message, remedy: "upgrade SurrealDB; docs/upgrade.md says how to move to 3")
        case .badResponse:
            .bad("database", error.message, remedy: "check that DB_URL names a SurrealDB server, 2.3 or later")
        case .busy, .conflict, .rejected, .invalidArgument:
            .bad("database", error.message, remedy: "look at the database's own log")
        }
    }

    /// What to do when no vector is available.
    static func finding(for error: EmbeddingError, _ settings: SettingValues) -> Finding {
        .bad("provider", error.message, remedy: settings[GatewaySettings.provider].advice(for: error.code))
    }

    static func finding(for condition: SurrealStorage.VectorIndexCondition) -> Finding {
        let remedy = "none needed: a running `embed-star serve` rebuilds it within minutes"
        return switch condition {
        case .none: .good("index", "none yet: `embed-star serve` builds it when there are enough repos")
        case .ready: .good("index", "ready")
        case .begun:
            .good("index", "there before the vectors: `embed-star serve` uses it once it finds them through it")
        case .building: .good("index", "being built")
        case .abandoned: .doubtful("index", "half built, and no process is building it", remedy: remedy)
        case .missing: .doubtful("index", "gone, though it was ready", remedy: remedy)
        case .failed(let error):
            .doubtful(
                "index",
                "the build failed: \(error)",
                remedy: "correct the cause; the build is retried every ten minutes"
            )
        }
    }
}
