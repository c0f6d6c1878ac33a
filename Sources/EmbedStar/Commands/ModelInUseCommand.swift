import ArgumentParser
import Storage

/// `embed-star model in-use`.
struct ModelInUseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "in-use",
        abstract: "Show the model in use, and how many replicas embed repos with it."
    )

    func run() async throws {
        try await CommandContext.run { context in
            guard let current = try await context.storage().models.current() else {
                return print("none yet: the first replica decides")
            }
            let verb = current.replicas == 1 ? "replica embeds" : "replicas embed"
            print("\(current.name)\n\(HumanText.count(current.replicas)) running \(verb) repos with it")
        }
    }
}
