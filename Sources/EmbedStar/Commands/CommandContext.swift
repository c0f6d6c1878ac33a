import ArgumentParser
import EmbeddingCore
import EventLoop
import FoundationEssentials
import HTTPClient
import Logging
import Server
import ServiceLifecycle
import Settings
import Telemetry

/// What every subcommand that does work has at hand, and how it fails.
struct CommandContext {
    let settings: SettingValues
    let descriptors: DescriptorBudget
    let metrics: MetricsRegistry
    let transport: HTTPClient
    /// What no line that is written may hold; secrets that come later are added.
    let redaction: Redaction

    /// A logger of one part; its level follows `LOG_LEVEL`.
    func logger(_ part: String) -> Logger { Logger(label: "embed-star.\(part)") }

    func service(_ server: String?) -> ServiceClient {
        ServiceClient(server: server, settings: settings, transport: transport)
    }

    /// The first line of a file, which no line that is written holds from now on.
    /// - Parameter option: the one that names the file.
    /// - Throws: `FileError` when it holds none.
    func secret(in path: String, of option: String) throws -> String {
        let line = SettingValues.contents(of: path)?.prefix { !$0.isNewline } ?? ""
        guard !line.isEmpty else {
            throw FileError(path: path, reason: "of \(option) cannot be read, or holds nothing", code: .noInput)
        }
        redaction.add([String(line)])
        return String(line)
    }

    /// Reads the settings, runs `body`, and turns its errors into one line and an exit code.
    /// - Parameter quiet: whether only warnings are logged, for commands whose output is their answer.
    static func run(quiet: Bool = true, _ body: (CommandContext) async throws -> Void) async throws {
        let settings = try SettingValues.ofProcess()
        guard let descriptors = DescriptorBudget(settings) else { throw refuseDescriptorLimit() }
        let redaction = Redaction(secrets: settings.secrets)
        startLogging(settings, redaction, quiet: quiet)
        let metrics = MetricsRegistry()
        let transport = HTTPClient(configuration: clientConfiguration(descriptors), metrics: metrics)
        do {
            let context = CommandContext(
                settings: settings,
                descriptors: descriptors,
                metrics: metrics,
                transport: transport,
                redaction: redaction
            )
            try await body(context)
            await transport.shutdown()
        } catch {
            await transport.shutdown()
            throw exit(for: error, settings, redaction)
        }
    }

    static func clientConfiguration(_ descriptors: DescriptorBudget) -> HTTPClient.Configuration {
        let environment = ProcessInfo.processInfo.environment
        return HTTPClient.Configuration(
            maxConnections: descriptors.outbound,
            maxConnectionsPerHost: max(1, descriptors.outbound / 2),
            userAgent: "embed-star/\(Version.current)",
            certificateAuthorityFile: environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 },
            certificateAuthorityDirectory: environment["SSL_CERT_DIR"].flatMap { $0.isEmpty ? nil : $0 },
            proxy: ProxySettings(environment: environment)
        )
    }

    private static func refuseDescriptorLimit() -> ExitCode {
        StandardError.write(
            "embed-star: this process may have \(SystemSocket.raiseDescriptorLimit()) files open, and needs "
                + "\(DescriptorBudget.least(loops: Processors.available)); raise the limit (ulimit -n, LimitNOFILE=, --ulimit nofile=)\n"
        )
        return .configuration
    }

    private static func startLogging(_ settings: SettingValues, _ redaction: Redaction, quiet: Bool) {
        var levels = settings[LogSettings.level]
        if quiet, !settings.isSet(LogSettings.level) { levels.base = .warning }
        let format: LineLogHandler.Format =
            quiet ? .text : settings[LogSettings.format] ?? (StandardError.isTerminal ? .text : .json)
        let throttle = LogThrottle()
        LoggingSystem.bootstrap { [levels] label in
            LineLogHandler(label: label, levels: levels, format: format, redaction: redaction, throttle: throttle)
        }
    }

    /// Writes what happened, and chooses the exit code.
    private static func exit(
        for error: any Error,
        _ settings: SettingValues,
        _ redaction: Redaction
    ) -> any Error {
        switch error {
        case is ExitCode, is ValidationError, is CleanExit: return error
        case is CancellationError: return ExitCode.interrupted
        default: break
        }
        StandardError.write("embed-star: \(redaction.apply(message(for: error, settings)))\n")
        return ExitCode(error)
    }

    /// What happened, and in a second line what to do about it where that is known.
    private static func message(for error: any Error, _ settings: SettingValues) -> String {
        let finding: Finding? =
            switch error {
            case let error as StoreError: Doctor.finding(for: error, settings)
            case let error as EmbeddingError: Doctor.finding(for: error, settings)
            default: nil
            }
        if error is ServiceGroupError {
            return "a part of the service ended unexpectedly, which is a defect of embed-star"
        }
        guard let finding else { return "\(error)" }
        return finding.remedy.map { "\(finding.detail)\n\($0)" } ?? finding.detail
    }
}
