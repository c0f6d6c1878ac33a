import EmbeddingCore
import FoundationEssentials
import Server
import Settings
import SurrealDB
import Telemetry

/// Says where the service of a demo is and what to try, once it is ready, and then how far the embedding is.
struct DemoIntroduction: Sendable {
    private struct Pipeline: Decodable {
        var state: String
        var embedded: Int
        var total: Int
        var pending: Int
    }

    private let client: ServiceClient
    private let monitoring: ServiceClient
    private let database: String

    init(_ context: CommandContext) {
        client = context.service(nil)
        database = context.redaction.apply(context.settings[DatabaseSettings.url])
        monitoring = context.service(ServiceClient.monitoringAddress(context.settings))
    }

    /// Ends when all is embedded, or when the task is cancelled.
    func show() async {
        while !Task.isCancelled, (try? await monitoring.send("GET", "/readyz")) == nil {
            try? await Task.sleep(for: .milliseconds(100))
        }
        guard !Task.isCancelled else { return }
        print(text(program: CommandLine.arguments.first ?? "embed-star"))
        StandardOutput.flush()
        var last = -1
        while !Task.isCancelled {
            // With keys that may not read, nothing is told.
            guard let (pipeline, _): (Pipeline, [UInt8]) = try? await client.get("/pipeline") else { return }
            // Until then nothing has been counted.
            guard pipeline.state != PipelineStatus.State.starting.rawValue else {
                try? await Task.sleep(for: .milliseconds(100))
                continue
            }
            if pipeline.embedded != last {
                print("\(pipeline.embedded) of \(pipeline.total) repos embedded, \(pipeline.pending) to go")
                StandardOutput.flush()
            }
            if pipeline.pending == 0 { return }
            last = pipeline.embedded
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func text(program: String) -> String {
        let base = client.baseURL
        return """

            embed-star is ready. Open \(base) in a browser, or try:

              \(program) search "run language models on my laptop" --server \(base)
              curl '\(base)/repos/BurntSushi/ripgrep/similar?limit=5'
              curl \(base)/v1/embeddings -H 'Content-Type: application/json' -d '{"input":"Hello"}'

            Your own stars, in another terminal:

              \(program) import --github YOUR_LOGIN --db-url \(database)

            """
    }
}
