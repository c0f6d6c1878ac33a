import Settings
import Telemetry

/// What is logged, and in which form. Telemetry imports nothing of ours, so its settings stand here.
enum LogSettings {
    static let level = Setting(
        "LOG_LEVEL",
        default: LogLevels(),
        shown: "info",
        "also per part: `warn,pipeline=debug`",
        accepted: "trace, debug, info, notice, warning, error, critical, and PART=LEVEL after a comma"
    ) { LogLevels(parsing: $0) }
    static let format = Setting<LineLogHandler.Format?>(
        "LOG_FORMAT",
        default: nil,
        shown: "`text` on a terminal, else `json`",
        "`text` or `json`",
        accepted: "text or json"
    ) { text in LineLogHandler.Format(rawValue: text.lowercased()).map { .some($0) } }
    .resolved { _ in (StandardError.isTerminal ? LineLogHandler.Format.text : .json).rawValue }

    /// In the order people read them.
    static let all: [any AnySetting] = [level, format]
}
