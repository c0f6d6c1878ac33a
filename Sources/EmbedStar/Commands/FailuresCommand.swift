import ArgumentParser

/// `embed-star failures`: the repos that were given up.
struct FailuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures",
        abstract: "List the repos that failed, with their last errors.",
        discussion: """
            Examples:
              embed-star failures
              embed-star failures --retry
            """
    )

    @Flag(help: "Retry all of them.") var retry = false
    @Option(help: "Maximum number of repos, 1 to 1000.") var limit = 100
    @OptionGroup var service: ServiceOptions

    private struct Page: Decodable {
        struct Failure: Decodable {
            var full_name: String
            var attempts: Int
            var error: String?
            var failed_at: String?
        }

        var failures: [Failure]
        var next: String?
    }

    func run() async throws {
        if retry { return try await service.command("POST", "/pipeline/failures/retry", EnqueuedAnswer.text) }
        try await service.command("GET", "/pipeline/failures", query: [("limit", String(limit))], Self.text)
    }

    private static func text(_ bytes: [UInt8]) throws -> String {
        let page: Page = try ServiceClient.decode(bytes)
        guard !page.failures.isEmpty else { return "no repo has failed" }
        var table = TextTable([("REPO", .left), ("ATTEMPTS", .right), ("SINCE", .left), ("ERROR", .left)])
        for failure in page.failures {
            table.add([
                failure.full_name, HumanText.count(failure.attempts), failure.failed_at ?? "–", failure.error ?? "–",
            ])
        }
        let more = page.next == nil ? "" : "\nthere are more; --limit shows up to 1000"
        return table.rendered(width: StandardOutput.columns) + more
    }
}
