/// The table as the texts that people read.
extension SettingsTable {
    /// What `embed-star help settings` prints.
    package var help: String {
        let sections = groups.map { group in
            let rows = group.settings.map { setting in
                let value = setting.defaultText.isEmpty ? "" : " [\(plain(setting.defaultText))]"
                return "  \(setting.flag)\n" + indented(plain(setting.summary) + value)
            }
            return "\(group.title.uppercased()):\n" + rows.joined(separator: "\n")
        }
        return "SETTINGS (flag, else environment, as DB_URL, else .env, else [default])\n\n"
            + sections.joined(separator: "\n\n")
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
        let sections = groups.map { group in
            let rows = group.settings.map { setting in
                // A default that is an explanation rather than a value stays out of the assignment.
                let isValue =
                    setting.accepts(setting.defaultText) && !setting.isSecret && !setting.defaultText.contains(" ")
                let note = isValue || setting.defaultText.isEmpty ? "" : " (default: \(plain(setting.defaultText)))"
                return "# \(plain(setting.summary))\(setting.isSecret ? "" : note)\n"
                    + "#\(setting.name)=\(isValue ? setting.defaultText : "")\n"
            }
            return "# --- \(group.title) ---\n\n" + rows.joined(separator: "\n")
        }
        return "# Settings of embed-star; made by `embed-star config --example`.\n"
            + "# A secret can also be read from a file: DB_PASS_FILE=/run/secrets/db-pass\n\n"
            + sections.joined(separator: "\n")
    }

    /// The tables of docs/settings.md.
    package var markdown: String {
        let sections = groups.map { group in
            let rows = group.settings.map { setting in
                let isPlain = setting.accepts(setting.defaultText) && !setting.defaultText.contains("`")
                let value =
                    setting.defaultText.isEmpty ? "–" : isPlain ? "`\(setting.defaultText)`" : setting.defaultText
                return "| `\(setting.name)` | \(value) | \(setting.summary) |\n"
            }
            return "## \(group.title)\n\n| environment | default | meaning |\n|---|---|---|\n" + rows.joined()
        }
        return sections.joined(separator: "\n")
    }

    private func plain(_ text: String) -> String { text.filter { $0 != "`" } }
}
