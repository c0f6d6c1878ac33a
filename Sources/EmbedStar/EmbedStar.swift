import ArgumentParser

/// The command `embed-star`.
@main
struct EmbedStar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed-star",
        abstract: "Turns text into embeddings, and keeps GitHub repositories in SurrealDB embedded and searchable.",
        version: Version.current
    )
}
