import ArgumentParser
import Settings

/// The command `embed-star`.
@main
struct EmbedStar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed-star",
        abstract: "Turns text into embeddings, and keeps GitHub repositories in SurrealDB embedded and searchable.",
        discussion: """
            Examples:
              embed-star serve
              embed-star import repos.ndjson.gz
              embed-star search "vector database in rust"

            Every setting is also a flag of every subcommand, such as --db-url or --port: `embed-star help settings`.
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self, DemoCommand.self, ImportCommand.self, ExportCommand.self, SearchCommand.self,
            SimilarCommand.self,
            StatusCommand.self, HealthCommand.self, OpenCommand.self,
            DrainCommand.self, PauseCommand.self, ResumeCommand.self, FailuresCommand.self, ReprocessCommand.self,
            RepoCommand.self, ModelCommand.self, MigrateCommand.self, ConfigCommand.self, DoctorCommand.self,
        ],
        // The predecessor had no subcommands and served.
        defaultSubcommand: ServeCommand.self
    )

    private static var commands: [String] {
        configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    }

    static func main() async {
        await runCommand()
        guard StandardOutput.flush() else {
            StandardError.write("embed-star: standard output cannot be written\n")
            exit(withError: ExitCode.cannotCreate)
        }
    }

    /// Takes the settings' flags out of the arguments, wherever they stand, and runs the subcommand with the rest.
    private static func runCommand() async {
        let (flags, rest) = SettingFlags.extract(from: Array(CommandLine.arguments.dropFirst()), of: .product)
        if rest == ["help", "settings"] { return print(SettingsTable.product.help) }
        if rest.count == 2, rest[0] == "--generate-completion-script", let shell = CompletionShell(rawValue: rest[1]) {
            return print(SettingCompletions.script(completionScript(for: shell), .product, for: shell))
        }
        let named = rest.first == "help" ? Array(rest.dropFirst()) : rest
        let known = named == rest ? commands : commands + ["settings"]
        if let word = named.first, !word.hasPrefix("-"), !known.contains(word) {
            let meant = CommandSuggestion.nearest(to: word, among: known).map { "did you mean `\($0)`? " } ?? ""
            StandardError.write(
                "embed-star: there is no command '\(word.printable)'; \(meant)`embed-star --help` lists them\n"
            )
            exit(withError: ExitCode.validationFailure)
        }
        if let meant = meantSetting(rest) { StandardError.write("embed-star: did you mean \(meant)?\n") }
        await SettingFlags.$current.withValue(flags) { await main(rest) }
    }

    /// The setting nearest to a flag that is none, where the parser has no suggestion of its own.
    private static func meantSetting(_ arguments: [String]) -> String? {
        do { _ = try parseAsRoot(arguments) } catch {
            let words = message(for: error).split(separator: "'", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "Unknown option " else { return nil }
            return CommandSuggestion.nearest(to: String(words[1]), among: SettingsTable.product.settings.map(\.flag))
        }
        return nil
    }
}
