import Logging
import Routing
import ServiceLifecycle
import Settings
import Telemetry

/// Looks at the files of API keys and hands changed keys to the API, so that they rotate without a restart.
struct KeyRotation: Service {
    private struct Keys: Equatable {
        var api: [String]
        var privateSearch: [String]
    }

    private static let interval = Duration.seconds(2)

    let settings: SettingValues
    let api: API
    let redaction: Redaction
    let logger: Logger

    /// Nil when no key comes from a file.
    init?(settings: SettingValues, api: API, redaction: Redaction, logger: Logger) {
        guard settings.isFromFile(APISettings.apiKeys) || settings.isFromFile(APISettings.privateSearchKeys) else {
            return nil
        }
        self.settings = settings
        self.api = api
        self.redaction = redaction
        self.logger = logger
    }

    func run() async throws { await cancelWhenGracefulShutdown { await watch() } }

    private func watch() async {
        var known: Keys? = Keys(
            api: settings[APISettings.apiKeys],
            privateSearch: settings[APISettings.privateSearchKeys]
        )
        while (try? await Task.sleep(for: Self.interval)) != nil {
            let found = keys
            guard found != known else { continue }
            known = found
            replace(found)
        }
    }

    /// What the files hold now; nil when one of them holds no key.
    private var keys: Keys? {
        guard let api = settings.current(APISettings.apiKeys),
            let privateSearch = settings.current(APISettings.privateSearchKeys)
        else { return nil }
        return Keys(api: api, privateSearch: privateSearch)
    }

    /// A file that is gone or empty opens nothing: the keys stay as they are.
    private func replace(_ found: Keys?) {
        guard let found else { return logger.warning("the file of API keys holds none; the former ones stay in force") }
        redaction.add(found.api + found.privateSearch)
        api.replaceKeys(found.api, privateSearchKeys: found.privateSearch)
        logger.notice("the API keys have changed", metadata: ["keys": "\(found.api.count)"])
    }
}
