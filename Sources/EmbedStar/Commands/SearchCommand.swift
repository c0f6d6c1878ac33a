import ArgumentParser
import FoundationEssentials

/// `embed-star search`: ask a running service.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search repos by meaning, words, and names.",
        discussion: """
            Examples:
              embed-star search "vector database in rust"
              embed-star search "static site generator" --language Go --json
            """
    )

    @Argument(help: "What to search for.") var text: String
    @Option(
        help: "Rank by meaning (vector), words and names (text), or both (hybrid, the default).",
        completion: .list(["vector", "text", "hybrid"])
    )
    var mode: String?
    @OptionGroup var filter: SearchFilterOptions

    func run() async throws {
        try await CommandContext.run { context in
            try await filter.show("/search", [("q", text), ("mode", mode)], context)
        }
    }
}

/// `embed-star similar`: ask a running service.
struct SimilarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "similar",
        abstract: "List the repos nearest to a repo.",
        discussion: """
            Examples:
              embed-star similar tokio-rs/tokio
              embed-star similar tokio-rs/tokio --language Go --limit 5
            """
    )

    @OptionGroup var argument: RepoArgument
    @OptionGroup var filter: SearchFilterOptions

    func run() async throws {
        let path = try argument.path
        try await CommandContext.run { context in
            try await filter.show("\(path)/similar", [], context)
        }
    }
}

/// Flags that `search` and `similar` share, and their output.
struct SearchFilterOptions: ParsableArguments {
    @Option(help: "Maximum number of results, 1 to 100.") var limit = 10
    @Option(help: "Only repos in this programming language.") var language: String?
    @Option(help: "Only repos with this topic.") var topic: String?
    @Option(help: "Only repos with at least this many stars.") var minStars: Int?
    @Option(help: "Only repos of this owner.") var owner: String?
    @Option(help: "No repos of this owner.") var excludeOwner: String?
    @Option(help: "Minimum cosine similarity, -1 to 1.") var minScore: Double?
    @OptionGroup var service: ServiceOptions

    private struct Answer: Decodable {
        struct Result: Decodable {
            var full_name: String
            var description: String?
            var language: String?
            var stars: Int
            var score: Double?
        }

        var results: [Result]
        var coverage: Double?
    }

    func show(_ path: String, _ query: [(String, String?)], _ context: CommandContext) async throws {
        let filters: [(String, String?)] = [
            ("limit", String(limit)), ("language", language), ("topic", topic),
            ("min_stars", minStars.map(String.init)),
            ("owner", owner), ("exclude_owner", excludeOwner), ("min_score", minScore.map { String($0) }),
        ]
        let (answer, bytes): (Answer, [UInt8]) = try await context.service(service.server).get(
            path,
            query: query + filters
        )
        if service.json {
            print(JSONText.of(answer: bytes))
            return
        }
        guard !answer.results.isEmpty else {
            print("nothing found")
            return
        }
        var table = TextTable(
            [("SCORE", .right), ("REPO", .left), ("LANGUAGE", .left), ("STARS", .right), ("DESCRIPTION", .left)],
            dispensable: [3, 2, 0]
        )
        for result in answer.results {
            table.add([
                result.score.map(HumanText.score) ?? "–", result.full_name, result.language ?? "–",
                HumanText.count(result.stars), result.description ?? "",
            ])
        }
        print(table.rendered(width: StandardOutput.columns))
        if let coverage = answer.coverage, coverage < 0.995 {
            StandardError.write("\(Int(coverage * 100)) % of the repos are embedded so far\n")
        }
    }
}
