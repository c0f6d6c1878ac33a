import ArgumentParser
import EmbeddingCore
import Providers
import Storage

/// `embed-star model use`.
struct ModelUseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Have repos embedded with the model of these settings from now on.",
        discussion: """
            Replicas of that model begin within seconds and embed all repos again; replicas of other models go on answering
            requests and embed no repos. One has to be there within a minute; otherwise the others take over again.
            """
    )

    func run() async throws {
        try await CommandContext.run { context in
            let storage = context.storage()
            try await storage.migrate()
            let model = try await context.embeddings().model()
            try await storage.models.use(model)
            print("\(storage.models.name(model)) is in use from now on")
        }
    }
}
