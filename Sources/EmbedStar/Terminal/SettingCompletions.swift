import ArgumentParser
import Settings

/// The settings' flags for a shell's completion, since every command takes them: appended to those of the commands.
enum SettingCompletions {
    /// - Returns: nothing for shells that have no way to add to what another function offers.
    static func script(_ table: SettingsTable, for shell: CompletionShell) -> String {
        switch shell {
        case .bash: bash(table)
        case .fish: fish(table)
        default: ""
        }
    }

    private static func bash(_ table: SettingsTable) -> String {
        let choices = table.settings.compactMap { setting -> String? in
            let words = values(of: setting)
            return words.isEmpty
                ? nil
                : "        \(setting.flag)) COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$current\")) ;;"
        }
        return """

            _embed_star_with_settings() {
                local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
                _embed-star "$@"
                case $before in
            \(choices.joined(separator: "\n"))
                esac
                if [[ $current == --* ]]; then
                    COMPREPLY+=($(compgen -W '\(table.settings.map(\.flag).joined(separator: " "))' -- "$current"))
                fi
            }
            complete -o filenames -F _embed_star_with_settings embed-star

            """
    }

    private static func fish(_ table: SettingsTable) -> String {
        let lines = table.settings.map { setting in
            let summary = setting.summary.filter { $0 != "`" && $0 != "'" && $0 != "\\" }
            let words = values(of: setting)
            let given = words.isEmpty ? "" : " -f -a '\(words.joined(separator: " "))'"
            return "complete -c 'embed-star' -l '\(setting.flag.dropFirst(2))' -r -d '\(summary)'\(given)"
        }
        return "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The words that a setting takes, where there are few.
    private static func values(of setting: any AnySetting) -> [String] {
        if setting.accepted == "true or false" { return ["true", "false"] }
        guard setting.accepted.hasPrefix("one of ") else { return [] }
        return setting.accepted.dropFirst("one of ".count).split(separator: ",").map { $0.filter { $0 != " " } }
    }
}
