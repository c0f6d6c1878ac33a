import ArgumentParser
import EmbeddingCore
import Pipeline
import Storage
import Synchronization

/// `embed-star drain`: empty the backlog once.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Embed all repos that are new or changed, then exit.",
        discussion: """
            Several drains and services may work on one database; they share the work. Ctrl-C gives back what was begun.

            Examples:
              embed-star drain
              embed-star drain --embedding-provider ollama --parallel-workers 8
            """
    )

    func run() async throws {
        try await CommandContext.run { context in
            let storage = context.storage()
            try await storage.migrate()
            let pipeline = EmbeddingPipeline(
                queue: storage.jobs,
                service: try context.embeddings(),
                configuration: context.pipelineConfiguration,
                metrics: context.metrics,
                logger: context.logger("pipeline")
            )
            let summary = try await Self.drain(pipeline)
            print(Self.text(summary))
            if summary.failed > 0 { throw ExitCode.failure }
        }
    }

    /// Drains with progress; SIGINT and SIGTERM give the claimed jobs back first.
    private static func drain(_ pipeline: EmbeddingPipeline) async throws -> DrainSummary {
        let line = Mutex(ProgressLine())
        defer { line.withLock { $0.interrupt() } }
        return try await InterruptibleWork.run {
            try await pipeline.drainOnce { status in
                line.withLock { $0.show(Self.report(status)) }
            }
        } onInterrupt: {
            pipeline.shutdown()
        }
    }

    private static func report(_ status: PipelineStatus) -> ProgressLine.Report {
        let left = status.statistics.pending
        let all = status.processed + left
        return ProgressLine.Report(
            fraction: all > 0 ? Double(status.processed) / Double(all) : nil,
            counts: "\(HumanText.count(status.processed)) of \(HumanText.count(all)) repos",
            rate: "\(HumanText.rate(status.ratePerSecond)) a second",
            timeLeft: status.etaSeconds.map { "\(HumanText.duration(seconds: $0)) left" }
        )
    }

    private static func text(_ summary: DrainSummary) -> String {
        let seconds = summary.elapsed / .seconds(1)
        var parts = [
            "\(HumanText.count(summary.embedded)) repos embedded in \(HumanText.duration(seconds: seconds))"
                + " (\(HumanText.rate(summary.ratePerSecond)) a second)"
        ]
        if summary.unchanged > 0 { parts.append("\(HumanText.count(summary.unchanged)) unchanged") }
        if summary.excluded > 0 {
            parts.append("\(HumanText.count(summary.excluded)) private ones left out (EMBED_PRIVATE_REPOS)")
        }
        if summary.failed > 0 {
            parts.append("\(HumanText.count(summary.failed)) failed (GET /pipeline/failures lists them)")
        }
        return parts.joined(separator: ", ")
    }
}
