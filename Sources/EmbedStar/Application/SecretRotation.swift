import Logging
import Routing
import ServiceLifecycle
import Settings
import Telemetry

/// Looks at the files of secrets, so that they change without a restart. Who needs a secret asks the settings for it each
/// time; the API is handed its keys.
struct SecretRotation: Service {
    private static let interval = Duration.seconds(2)

    private let settings: SettingValues
    private let apis: [API]
    private let redaction: Redaction
    private let logger: Logger

    /// Nil when no secret comes from a file.
    init?(settings: SettingValues, apis: [API], redaction: Redaction, logger: Logger) {
        guard settings.mayChange else { return nil }
        self.settings = settings
        self.apis = apis
        self.redaction = redaction
        self.logger = logger
    }

    func run() async throws { await cancelWhenGracefulShutdown { await watch() } }

    private func watch() async {
        var keys = APIKeys(settings)
        var reported: [String] = []
        while (try? await Task.sleep(for: Self.interval)) != nil {
            let (changed, unreadable) = settings.readFilesAgain()
            if !changed.isEmpty { redaction.add(settings.secrets) }
            let found = APIKeys(settings)
            if found != keys { for api in apis { api.replaceKeys(found) } }
            keys = found
            for name in changed { logger.notice("a secret has changed", metadata: ["setting": "\(name)"]) }
            for name in unreadable where !reported.contains(name) {
                logger.warning("\(name)_FILE is missing or holds no accepted value; the previous secret stays valid")
            }
            reported = unreadable
        }
    }
}
