import ArgumentParser

/// `embed-star serve`: the service.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service: the HTTP API, the pipeline, and the metrics.",
        discussion: """
            Stops on SIGTERM or Ctrl-C after what is in flight has finished.

            \(SettingsDocument.help)
            """
    )

    func run() async throws {
        try await CommandContext.run(quiet: false) { context in
            try await Application(context).run()
        }
    }
}
