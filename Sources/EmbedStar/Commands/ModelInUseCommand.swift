import ArgumentParser
import Storage

/// `embed-star model in-use`.
struct ModelInUseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "in-use",
        abstract: "Show the model in use, and how many replicas embed repos with it."
    )

    @Flag(help: "Print it as a JSON object.") var json = false

    private struct Shown: Encodable {
        /// Absent before the first replica.
        var model: String?
        var replicas: Int
    }

    func run() async throws {
        try await CommandContext.run { context in
            let found = try await context.storage().models.current()
            if json { return print(try JSONText.of(Shown(model: found?.name, replicas: found?.replicas ?? 0))) }
            guard let current = found else { return print("none yet: the first replica decides") }
            let verb = current.replicas == 1 ? "replica embeds" : "replicas embed"
            print("\(current.name)\n\(HumanText.count(current.replicas)) running \(verb) repos with it")
        }
    }
}
