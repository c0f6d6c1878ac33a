import ArgumentParser

/// `embed-star repo`: one repo of a running service.
struct RepoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repo",
        abstract: "Show or delete one repo.",
        discussion: """
            Examples:
              embed-star repo show tokio-rs/tokio
              embed-star repo delete tokio-rs/tokio
            """,
        subcommands: [ShowRepoCommand.self, DeleteRepoCommand.self]
    )
}

/// `embed-star repo show`.
struct ShowRepoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a stored repo and the state of its embedding."
    )

    @OptionGroup var argument: RepoArgument
    @OptionGroup var service: ServiceOptions

    private struct Stored: Decodable {
        struct Embedding: Decodable {
            var state: String
            var model: String?
            var generated_at: String?
            var last_error: String?
        }

        var full_name: String
        var description: String?
        var language: String?
        var stars: Int?
        var embedding: Embedding
    }

    func run() async throws {
        try await service.command("GET", argument.path) { bytes in
            let stored: Stored = try ServiceClient.decode(bytes)
            let rows: [(String, String?)] = [
                ("repo", stored.full_name), ("about", stored.description), ("language", stored.language),
                ("stars", stored.stars.map(HumanText.count)), ("state", stored.embedding.state),
                ("error", stored.embedding.last_error), ("model", stored.embedding.model),
                ("embedded", stored.embedding.generated_at),
            ]
            let width = rows.map(\.0.count).max() ?? 0
            let lines = rows.compactMap { name, value in
                value.map { name + String(repeating: " ", count: width - name.count + 2) + $0.printable }
            }
            return lines.joined(separator: "\n")
        }
    }
}

/// `embed-star repo delete`.
struct DeleteRepoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a repo with its vector."
    )

    @OptionGroup var argument: RepoArgument
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await service.command("DELETE", argument.path) { _ in "deleted \(argument.repo.printable)" }
    }
}
