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
        discussion: "Several drains and services may work on one database; they share the work."
    )

    func run() async throws {
        try await CommandContext.run { context in
            let storage = context.storage()
            try await storage.migrate()
            let pipeline = EmbeddingPipeline(
                queue: storage.jobs,
                service: try context.embeddings(),
                configuration: context.settings.pipeline,
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
        return try await InterruptibleWork.run {
            try await pipeline.drainOnce { status in
                line.withLock { $0.show(Self.text(status), fraction: Self.fraction(status)) }
            }
        } onInterrupt: {
            pipeline.shutdown()
        }
    }

    private static func fraction(_ status: PipelineStatus) -> Double? {
        let left = status.statistics.pending
        let done = status.processed
        return done + left > 0 ? Double(done) / Double(done + left) : nil
    }

    private static func text(_ status: PipelineStatus) -> String {
        let eta = status.etaSeconds.map { ", \(HumanText.duration(seconds: $0)) left" } ?? ""
        return "\(HumanText.count(status.processed)) embedded, \(HumanText.count(status.statistics.pending)) to go, "
            + "\(HumanText.rate(status.ratePerSecond)) repos/s\(eta)"
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
