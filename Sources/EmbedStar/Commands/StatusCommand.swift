import ArgumentParser
import FoundationEssentials

/// `embed-star status`: the pipeline of a running service at a glance.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what a running embed-star is doing.",
        discussion: """
            Examples:
              embed-star status
              embed-star status --watch
              embed-star status --server http://embed-star.internal:9090 --json
            """
    )

    @Flag(help: "Refresh every second until Ctrl-C.") var watch = false
    @OptionGroup var service: ServiceOptions

    private struct Pipeline: Decodable {
        struct Provider: Decodable {
            var state: String
        }

        var state: String
        var model: String?
        var other_model: String?
        var pending: Int
        var failed: Int
        var embedded: Int
        var total: Int
        var rate_per_second: Double
        var eta_seconds: Double?
        var provider: Provider
    }

    private struct Health: Decodable {
        struct Component: Decodable {
            var detail: String?
        }

        var status: String
        var search: Component?
    }

    func run() async throws {
        try await CommandContext.run { context in
            let client = context.service(service.server)
            guard watch else { return print(try await current(client)) }
            while true {
                let text = try await current(client)
                // On a terminal the last state is written over; elsewhere each is a part of its own.
                print(StandardOutput.isTerminal ? "\u{1B}[H\u{1B}[J\(text)" : text)
                StandardOutput.flush()
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func current(_ client: ServiceClient) async throws -> String {
        let (pipeline, bytes): (Pipeline, [UInt8]) = try await client.get("/pipeline")
        if service.json { return JSONText.of(answer: bytes) }
        let health: Health? = try? await client.get("/health").0
        return Self.text(pipeline, health, client.baseURL)
    }

    private static func text(_ pipeline: Pipeline, _ health: Health?, _ url: String) -> String {
        let share = pipeline.total > 0 ? Double(pipeline.embedded) / Double(pipeline.total) : 1
        var lines = [
            "service   \(url), health \(health?.status ?? "unknown")",
            "provider  \(pipeline.provider.state), model \(pipeline.model?.printable ?? "not known yet")",
            "pipeline  \(pipeline.state), \(HumanText.rate(pipeline.rate_per_second)) repos/s",
            "repos     \(HumanText.count(pipeline.embedded)) of \(HumanText.count(pipeline.total)) embedded"
                + " (\(Int(min(max(share, 0), 1) * 100)) %), \(HumanText.count(pipeline.pending)) pending,"
                + " \(HumanText.count(pipeline.failed)) failed",
        ]
        if let other = pipeline.other_model {
            lines.append("in use    \(other.printable): this replica embeds no repos")
        }
        if let search = health?.search?.detail { lines.append("search    \(search.printable)") }
        if let eta = pipeline.eta_seconds { lines.append("done in   \(HumanText.duration(seconds: eta))") }
        return lines.joined(separator: "\n")
    }
}
