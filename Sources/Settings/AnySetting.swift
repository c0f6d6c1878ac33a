/// A setting of any type, for what treats all alike: flags, help, `.env.example`, redaction.
package protocol AnySetting: Sendable {
    /// The environment variable, such as `DB_URL`.
    var name: String { get }
    /// The default as people read it; empty when there is none.
    var defaultText: String { get }
    var summary: String { get }
    var accepted: String { get }
    var isSecret: Bool { get }
    /// The value that the default stands for here, where it is none itself; nil when it is, or when nobody knows yet.
    var resolve: (@Sendable (SettingValues) -> String?)? { get }

    func accepts(_ text: String) -> Bool
}

extension AnySetting {
    /// The command-line flag: `--db-url` for `DB_URL`.
    package var flag: String { "--" + name.lowercased().split(separator: "_").joined(separator: "-") }
}
