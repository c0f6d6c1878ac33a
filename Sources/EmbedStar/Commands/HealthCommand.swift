import ArgumentParser

/// `embed-star health`: what an orchestrator's health check runs.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Check whether a running embed-star is alive or ready.",
        discussion: """
            Calls the service at HOST and PORT, or at MONITORING_PORT. Exit code 0 when all is well, 69 without an \
            answer, 75 when the service is not ready or not well.

            Examples:
              embed-star health
              embed-star health --ready
            """
    )

    @Flag(help: "Check whether it is ready for requests, database included.") var ready = false
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await CommandContext.run { context in
            let address = service.server ?? ServiceClient.monitoringAddress(context.settings)
            let bytes = try await context.service(address).send("GET", ready ? "/readyz" : "/livez")
            let answer = String(decoding: bytes, as: UTF8.self).printable
            print(try service.json ? JSONText.of(["status": answer]) : answer)
        }
    }
}
