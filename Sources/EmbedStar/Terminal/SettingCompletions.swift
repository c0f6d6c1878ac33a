import ArgumentParser
import Settings

/// What a shell is told of the settings' flags, which every command takes, beside what it is told of the commands.
enum SettingCompletions {
    /// A flag as shells are told of it.
    private struct Flag {
        let name: String
        /// Without what would end a string or a description in one of the shells.
        let summary: String
        /// The words that it takes, where there are few.
        var words: [String] = []
        var isFile = false
    }

    /// - Parameter commands: the shell's script of the commands.
    static func script(_ commands: String, _ table: SettingsTable, for shell: CompletionShell) -> String {
        let flags = table.settings.flatMap(flags(of:))
        return switch shell {
        case .bash: commands + bash(flags)
        case .fish: commands + fish(flags)
        case .zsh: zsh(flags, commands)
        default: commands
        }
    }

    private static func flags(of setting: any AnySetting) -> [Flag] {
        let summary = setting.summary.filter { !"`'\\[]".contains($0) }
        let flag = Flag(name: setting.flag, summary: summary, words: words(of: setting))
        guard setting.isSecret else { return [flag] }
        return [flag, Flag(name: "\(setting.flag)-file", summary: "a file with \(setting.name)", isFile: true)]
    }

    private static func words(of setting: any AnySetting) -> [String] {
        if setting.accepted == "true or false" { return ["true", "false"] }
        guard setting.accepted.hasPrefix("one of ") else { return [] }
        return setting.accepted.dropFirst("one of ".count).split(separator: ",").map { $0.filter { $0 != " " } }
    }

    private static func bash(_ flags: [Flag]) -> String {
        let choices = flags.filter { !$0.words.isEmpty || $0.isFile }.map { flag in
            let kind = flag.isFile ? "-f" : "-W '\(flag.words.joined(separator: " "))'"
            return "        \(flag.name)) COMPREPLY=($(compgen \(kind) -- \"$current\")) ;;"
        }
        return """

            _embed_star_with_settings() {
                local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
                _embed-star "$@"
                case $before in
            \(choices.joined(separator: "\n"))
                esac
                if [[ $current == --* ]]; then
                    COMPREPLY+=($(compgen -W '\(flags.map(\.name).joined(separator: " "))' -- "$current"))
                fi
            }
            complete -o filenames -F _embed_star_with_settings embed-star

            """
    }

    private static func fish(_ flags: [Flag]) -> String {
        let lines = flags.map { flag in
            let words = flag.words.isEmpty ? "" : " -a '\(flag.words.joined(separator: " "))'"
            let given = flag.isFile ? " -F" : " -f\(words)"
            return "complete -c 'embed-star' -l '\(flag.name.dropFirst(2))' -r -d '\(flag.summary)'\(given)"
        }
        return "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// Each command's list of options is given those of the settings, which zsh's `_arguments` knows no other way to add.
    private static func zsh(_ flags: [Flag], _ commands: String) -> String {
        let specifications = flags.map { flag in
            let action = flag.isFile ? "_files" : flag.words.isEmpty ? "" : "(\(flag.words.joined(separator: " ")))"
            return "    '\(flag.name)=[\(flag.summary)]:value:\(action)'"
        }
        let list = "local -ar arg_specs=("
        let parts = commands.replacing(list, with: "\(list)\"${embed_star_settings[@]}\"").split(
            separator: "\n",
            maxSplits: 1
        )
        // The first line says what the file is for.
        return """
            \(parts.first ?? "")
            typeset -ga embed_star_settings=(
            \(specifications.joined(separator: "\n"))
            )
            \(parts.dropFirst().joined())
            """
    }
}
