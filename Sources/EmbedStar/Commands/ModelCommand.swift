import ArgumentParser
import ModelHub
import Providers
import Settings
import Synchronization

/// `embed-star model`: the models in the cache, and the one that repos are embedded with.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Manage models; show or change the one in use.",
        discussion: """
            Models come from Hugging Face's hub or a mirror of it (HF_ENDPOINT), as owner/name or \
            owner/name@revision, and are kept in MODEL_CACHE. A branch stays at the commit that was fetched until \
            the next pull.

            Exit code 66 when there is no such model, 69 when the hub cannot be reached, 73 when the cache cannot be \
            written, 77 when the hub rejects HF_TOKEN or needs one.

            Examples:
              embed-star model pull intfloat/multilingual-e5-small
              embed-star model verify
              embed-star model use --embedding-provider ollama --embedding-model nomic-embed-text
            """,
        subcommands: [
            PullModelCommand.self, ListModelsCommand.self, ShowModelCommand.self, RemoveModelCommand.self,
            VerifyModelsCommand.self, ModelInUseCommand.self, ModelUseCommand.self,
        ]
    )
}

/// The name of a model on the command line.
struct ModelArgument: ParsableArguments {
    @Argument(help: "The model, as owner/name or owner/name@revision.") var model: String

    func validate() throws { _ = try reference() }

    /// - Throws: `ValidationError`.
    func reference() throws -> ModelReference { try Self.reference(model) }

    static func reference(_ text: String) throws -> ModelReference {
        guard let reference = ModelReference(text) else {
            throw ValidationError("\"\(text.printable)\" is not of the form owner/name or owner/name@revision")
        }
        return reference
    }

    /// - Throws: `ValidationError`, `HubError`.
    func cached(in cache: ModelCache) throws -> CachedModel {
        let reference = try reference()
        guard let model = cache.model(reference) else { throw Self.missing(reference, in: cache) }
        return model
    }

    static func missing(_ reference: ModelReference, in cache: ModelCache) -> HubError {
        HubError(.notFound, "the model \(reference) is not in \(cache.path)")
    }
}

/// `embed-star model pull`.
struct PullModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Fetch or update a model; without a name, the models in the settings."
    )

    @Argument(help: "The model, as owner/name or owner/name@revision.") var model: String?

    func validate() throws { _ = try model.map(ModelArgument.reference) }

    func run() async throws {
        let named = try model.map(ModelArgument.reference)
        try await CommandContext.run { context in
            let references = try named.map { [$0] } ?? BuiltInModels.references(context.settings)
            guard !references.isEmpty else { throw ValidationError("name a model; the settings name none of the hub") }
            for reference in references {
                let line = Mutex(ProgressLine())
                defer { line.withLock { $0.interrupt() } }
                let model = try await context.fetch(reference) { event in
                    switch event {
                    case .waiting: StandardError.write("another process fetches \(reference); waiting for it\n")
                    case .progress(let progress): line.withLock { $0.show(Self.report(progress)) }
                    }
                }
                line.withLock { $0.interrupt() }
                print("\(model.id) at \(model.commit), \(HumanText.bytes(model.size)), is in \(model.folder)")
            }
        }
    }

    private static func report(_ progress: ModelFetch.Progress) -> ProgressLine.Report {
        ProgressLine.Report(
            fraction: progress.total > 0 ? Double(progress.done) / Double(progress.total) : nil,
            counts: "\(HumanText.bytes(progress.done)) of \(HumanText.bytes(max(progress.done, progress.total)))",
            rate: progress.file,
            timeLeft: nil
        )
    }
}

/// `embed-star model list`.
struct ListModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the models in the cache.")

    @Flag(help: "Print the models as a JSON array.") var json = false

    func run() async throws {
        try await CommandContext.run { context in
            let models = context.modelCache.models()
            if json {
                return print("[\(models.map { JSONText.of(answer: $0.json) }.joined(separator: ","))]")
            }
            guard !models.isEmpty else { return print("no model is in \(context.modelCache.path)") }
            var table = TextTable([("MODEL", .left), ("REVISION", .left), ("COMMIT", .left), ("SIZE", .right)])
            for model in models {
                table.add([model.id, model.revision, String(model.commit.prefix(12)), HumanText.bytes(model.size)])
            }
            print(table.rendered(width: StandardOutput.columns))
        }
    }
}

/// `embed-star model show`.
struct ShowModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show where a model in the cache came from, and its files."
    )

    @OptionGroup var argument: ModelArgument
    @Flag(help: "Print it as a JSON object.") var json = false

    func run() async throws {
        try await CommandContext.run { context in
            let model = try argument.cached(in: context.modelCache)
            if json { return print(JSONText.of(answer: model.json)) }
            print("model     \(model.id)\nrevision  \(model.revision)\ncommit    \(model.commit)")
            print("from      \(model.endpoint)\nfolder    \(model.folder)\n")
            var table = TextTable([("FILE", .left), ("SIZE", .right), ("SHA-256", .left)])
            for file in model.files { table.add([file.path, HumanText.bytes(file.size), file.sha256]) }
            print(table.rendered(width: .max))
        }
    }
}

/// `embed-star model rm`.
struct RemoveModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove a model from the cache."
    )

    @OptionGroup var argument: ModelArgument

    func run() async throws {
        let reference = try argument.reference()
        try await CommandContext.run { context in
            guard try await context.modelCache.remove(reference) else {
                throw ModelArgument.missing(reference, in: context.modelCache)
            }
            print("removed \(reference.id)")
        }
    }
}

/// `embed-star model verify`.
struct VerifyModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify the checksums of one model, or of all.",
        discussion: "Exit code 65 when a file is missing or has changed."
    )

    @Argument(help: "The model, as owner/name or owner/name@revision.") var model: String?
    @Flag(help: "Print what was found as a JSON array.") var json = false

    func validate() throws { _ = try model.map(ModelArgument.reference) }

    private struct Verdict: Encodable {
        var model: String
        var commit: String
        var faults: [String]

        /// A line for each fault, or one that says there is none.
        var lines: [String] {
            guard !faults.isEmpty else { return ["ok    \(model) at \(commit)"] }
            return faults.map { "fail  \(model) at \(commit): \($0)" }
        }
    }

    func run() async throws {
        let named = try model.map(ModelArgument.reference)
        try await CommandContext.run { context in
            let cache = context.modelCache
            var models = cache.models()
            if let named {
                guard let model = cache.model(named) else { throw ModelArgument.missing(named, in: cache) }
                models = [model]
            }
            let verdicts = models.map { model in
                Verdict(model: model.id, commit: model.commit, faults: cache.faults(of: model).map { "\($0)" })
            }
            if json { print(try JSONText.of(verdicts)) } else { for line in verdicts.flatMap(\.lines) { print(line) } }
            guard verdicts.allSatisfy(\.faults.isEmpty) else {
                StandardError.write("embed-star: fetch it again: `embed-star model rm` and `embed-star model pull`\n")
                throw ExitCode.badData
            }
        }
    }
}
