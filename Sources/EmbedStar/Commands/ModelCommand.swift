import ArgumentParser
import EmbeddingCore
import Providers
import Storage

/// `embed-star model`: with which model the repos are embedded.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Show or change the model that all replicas embed repos with.",
        discussion: """
            The database keeps one model in use, so that replicas of different models do not embed the repos in turn.

            Examples:
              embed-star model
              embed-star model use --embedding-provider ollama --embedding-model nomic-embed-text
            """,
        subcommands: [ModelShowCommand.self, ModelUseCommand.self],
        defaultSubcommand: ModelShowCommand.self
    )
}

/// `embed-star model show`.
struct ModelShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the model in use, and how many replicas embed repos with it."
    )

    func run() async throws {
        try await CommandContext.run { context in
            guard let current = try await context.storage().models.current() else {
                return print("none yet: the first replica decides")
            }
            print("\(current.name)\n\(HumanText.count(current.replicas)) running replicas embed repos with it")
        }
    }
}

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
