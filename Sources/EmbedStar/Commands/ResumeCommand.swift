import ArgumentParser

/// `embed-star resume`: ends a pause.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Resume embedding after `embed-star pause`.",
        discussion: """
            Examples:
              embed-star resume
            """
    )

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await service.command("POST", "/pipeline/resume") { _ in "resumed in all replicas" }
    }
}
