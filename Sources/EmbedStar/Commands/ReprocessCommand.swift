import ArgumentParser
import EmbeddingCore

/// `embed-star reprocess`: embed again.
struct ReprocessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reprocess",
        abstract: "Embed one repo, or all of a kind, again.",
        discussion: """
            Without --force a repo whose text and model have not changed keeps its vector and costs nothing.

            Examples:
              embed-star reprocess tokio-rs/tokio
              embed-star reprocess --scope failed
              embed-star reprocess --scope all --language Rust --force
            """
    )

    @Argument(help: "One repo, as owner/name.") var repo: String?
    @Option(help: "Instead of one repo: missing, failed, stale or all.") var scope: ReprocessScope.Kind?
    @Option(help: "With --scope: only repos of this owner.") var owner: String?
    @Option(help: "With --scope: only repos in this programming language.") var language: String?
    @Flag(help: "Embed again even if nothing has changed; this may cost money.") var force = false
    @OptionGroup var service: ServiceOptions

    private struct Request: Encodable {
        var scope: String
        var owner: String?
        var language: String?
        var force: Bool
    }

    func validate() throws {
        guard (repo == nil) != (scope == nil) else { throw ValidationError("name one repo, or a --scope") }
        guard scope != nil || (owner == nil && language == nil) else {
            throw ValidationError("--owner and --language go with --scope")
        }
        if let repo { _ = try RepoArgument.path(of: repo) }
    }

    func run() async throws {
        if let scope {
            let request = Request(scope: scope.rawValue, owner: owner, language: language, force: force)
            return try await service.command("POST", "/reprocess", body: request, EnqueuedAnswer.text)
        }
        let path = try RepoArgument.path(of: repo ?? "")
        try await service.command("POST", "\(path)/reprocess", query: [("force", String(force))], EnqueuedAnswer.text)
    }
}

extension ReprocessScope.Kind: ExpressibleByArgument {}
