import ArgumentParser
import EmbeddingCore
import HTTPClient
import Logging
import Telemetry

/// What every subcommand that does work has at hand, and how it fails.
struct CommandContext {
    let settings: SettingValues
    let metrics: MetricsRegistry
    let transport: HTTPClient

    /// A logger of one part; its level follows `LOG_LEVEL`.
    func logger(_ part: String) -> Logger { Logger(label: "embed-star.\(part)") }

    func service(_ server: String?) -> ServiceClient {
        ServiceClient(server: server, settings: settings, transport: transport)
    }

    /// Reads the settings, runs `body`, and turns its errors into one line and an exit code.
    /// - Parameter quiet: whether only warnings are logged, for commands whose output is their answer.
    static func run(quiet: Bool = true, _ body: (CommandContext) async throws -> Void) async throws {
        let settings = try SettingValues.ofProcess()
        let redaction = Redaction(secrets: settings.secrets)
        startLogging(settings, redaction, quiet: quiet)
        let metrics = MetricsRegistry()
        let transport = HTTPClient(
            configuration: HTTPClient.Configuration(userAgent: "embed-star/\(Version.current)"),
            metrics: metrics
        )
        do {
            try await body(CommandContext(settings: settings, metrics: metrics, transport: transport))
            await transport.shutdown()
        } catch {
            await transport.shutdown()
            throw exit(for: error, redaction)
        }
    }

    private static func startLogging(_ settings: SettingValues, _ redaction: Redaction, quiet: Bool) {
        var levels = settings[Settings.logLevel]
        if quiet, !settings.isSet(Settings.logLevel) { levels.base = .warning }
        let format: LineLogHandler.Format =
            quiet ? .text : settings[Settings.logFormat] ?? (StandardError.isTerminal ? .text : .json)
        let throttle = LogThrottle()
        LoggingSystem.bootstrap { [levels] label in
            LineLogHandler(label: label, levels: levels, format: format, redaction: redaction, throttle: throttle)
        }
    }

    /// Writes the one line that says what happened, and chooses the exit code.
    private static func exit(for error: any Error, _ redaction: Redaction) -> any Error {
        switch error {
        case is ExitCode, is ValidationError, is CleanExit: return error
        case is CancellationError: return ExitCode(130)
        default: break
        }
        StandardError.write("embed-star: \(redaction.apply(message(for: error)))\n")
        let isUnavailable = (error as? StoreError)?.code == .unavailable || error is ServiceError
        return isUnavailable ? ExitCode.unavailable : ExitCode.failure
    }

    private static func message(for error: any Error) -> String {
        switch error {
        case let error as StoreError where error.code == .unavailable:
            "\(error.message)\nis SurrealDB running at DB_URL? `embed-star doctor` looks closer"
        case let error as StoreError: error.message
        case let error as EmbeddingError: error.message
        default: "\(error)"
        }
    }
}
