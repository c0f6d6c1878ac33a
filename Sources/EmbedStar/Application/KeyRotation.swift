import Logging
import Routing
import ServiceLifecycle
import Settings
import Telemetry

/// Looks at the files of API keys and hands changed keys to the API, so that they rotate without a restart.
struct KeyRotation: Service {
    private static let interval = Duration.seconds(2)

    let settings: SettingValues
    let api: API
    let redaction: Redaction
    let logger: Logger

    /// Nil when no key comes from a file.
    init?(settings: SettingValues, api: API, redaction: Redaction, logger: Logger) {
        guard APIKeys.mayChange(settings) else { return nil }
        self.settings = settings
        self.api = api
        self.redaction = redaction
        self.logger = logger
    }

    func run() async throws { await cancelWhenGracefulShutdown { await watch() } }

    private func watch() async {
        var known: APIKeys? = APIKeys(settings)
        while (try? await Task.sleep(for: Self.interval)) != nil {
            let found = APIKeys(current: settings)
            guard found != known else { continue }
            known = found
            replace(found)
        }
    }

    /// A file that is gone or empty opens nothing: the keys stay as they are.
    private func replace(_ found: APIKeys?) {
        guard let found else {
            return logger.warning("the API key file is missing or empty; the previous keys stay valid")
        }
        redaction.add(found.texts)
        api.replaceKeys(found)
        logger.notice("the API keys have changed", metadata: ["keys": .stringConvertible(found.texts.count)])
    }
}
