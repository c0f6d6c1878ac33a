import ArgumentParser

/// `embed-star pause`: stop embedding, in all replicas.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stop embedding repos, in all replicas.",
        discussion: """
            `embed-star resume` ends the pause. Repos in flight are finished. Search and the embeddings API continue.

            Examples:
              embed-star pause
              embed-star pause --server http://embed-star.internal:9090
            """
    )

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await service.command("POST", "/pipeline/pause") { _ in
            "paused in all replicas; `embed-star resume` ends the pause"
        }
    }
}
