/// The table as the texts that people read.
extension SettingsTable {
    /// A section of `--help`.
    package var help: String {
        let rows = settings.map { setting in
            let value = setting.defaultText.isEmpty ? "" : " [\(plain(setting.defaultText))]"
            return "  \(setting.flag)\n" + indented(plain(setting.summary) + value)
        }
        return "SETTINGS (flag, else environment, as DB_URL, else .env, else [default]):\n"
            + rows.joined(separator: "\n")
    }

    /// Broken into lines of at most 78 columns that stand under each other.
    private func indented(_ text: String) -> String {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= 72 {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines.map { "      \($0)" }.joined(separator: "\n")
    }

    /// `.env.example`: every setting, commented out with its default.
    package var dotEnvExample: String {
        let rows = settings.map { setting in
            // A default that is an explanation rather than a value stays out of the assignment.
            let isValue =
                setting.accepts(setting.defaultText) && !setting.isSecret && !setting.defaultText.contains(" ")
            let note = isValue || setting.defaultText.isEmpty ? "" : " (default: \(plain(setting.defaultText)))"
            return "# \(plain(setting.summary))\(setting.isSecret ? "" : note)\n"
                + "#\(setting.name)=\(isValue ? setting.defaultText : "")\n"
        }
        return "# Settings of embed-star; made by `embed-star config --example`.\n"
            + "# A secret can also be read from a file: DB_PASS_FILE=/run/secrets/db-pass\n\n"
            + rows.joined(separator: "\n")
    }

    /// The table of docs/settings.md.
    package var markdown: String {
        let rows = settings.map { setting in
            let isPlain = setting.accepts(setting.defaultText) && !setting.defaultText.contains("`")
            let value = setting.defaultText.isEmpty ? "–" : isPlain ? "`\(setting.defaultText)`" : setting.defaultText
            return "| `\(setting.name)` | \(value) | \(setting.summary) |"
        }
        return "| environment | default | meaning |\n|---|---|---|\n" + rows.joined(separator: "\n") + "\n"
    }

    private func plain(_ text: String) -> String { text.filter { $0 != "`" } }
}
