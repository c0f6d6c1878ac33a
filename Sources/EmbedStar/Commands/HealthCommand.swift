import ArgumentParser

/// `embed-star health`: what an orchestrator's health check runs.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a running embed-star whether it lives, for health checks.",
        discussion: """
            It asks where HOST, PORT and MONITORING_PORT have the service listen. Exit code 0 when all is well, 69 without \
            an answer, 75 when the service says no.

            Examples:
              embed-star health
              embed-star health --ready
            """
    )

    @Flag(help: "Ask whether it is ready for requests, database and all.") var ready = false
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await CommandContext.run { context in
            let address = service.server ?? ServiceClient.monitoringAddress(context.settings)
            let bytes = try await context.service(address).send("GET", ready ? "/readyz" : "/livez")
            print(String(decoding: bytes, as: UTF8.self).printable)
        }
    }
}
