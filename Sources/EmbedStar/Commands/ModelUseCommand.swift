import ArgumentParser
import EmbeddingCore
import Providers
import Storage

/// `embed-star model use`.
struct ModelUseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Switch to the model of these settings for embedding repos.",
        discussion: """
            Replicas with that model start within seconds and embed all repos again; replicas with other models \
            still answer requests, but embed no repos. If no replica with it appears within a minute, the others \
            take over again.
            """
    )

    func run() async throws {
        try await CommandContext.run { context in
            let storage = context.storage()
            try await storage.migrate()
            let model = try await context.embeddings().model()
            try await storage.models.use(model)
            print("\(storage.models.name(model)) is in use now")
        }
    }
}
