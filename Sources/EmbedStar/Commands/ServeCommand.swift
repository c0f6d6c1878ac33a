import ArgumentParser
import Settings

/// `embed-star serve`: the service.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the service: HTTP API, pipeline, and metrics.",
        discussion: """
            Stops on SIGTERM or Ctrl-C after requests and batches in flight have finished.

            Every setting is a flag, an environment variable, or a line of .env: `embed-star help settings`.

            Examples:
              embed-star serve
              embed-star serve --port 8080 --search-backend memory
              DB_PASS_FILE=/run/secrets/db embed-star serve --db-url wss://db.example.org
            """
    )

    func run() async throws {
        try await CommandContext.run(quiet: false) { context in
            try await Application(context).run()
        }
    }
}
