import ArgumentParser
import EmbeddingCore
import Pipeline
import Providers
import Storage
import Synchronization

/// `embed-star drain`: empty the backlog once.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Embed all repos that are new or changed, then exit.",
        discussion: """
            Several drains and services can work on one database; they share the work. Ctrl-C releases the repos \
            that it has claimed.

            Exit code 0 when the backlog is empty, 1 when repos have failed, 75 when it was interrupted with work \
            left.

            Examples:
              embed-star drain
              embed-star drain --embedding-provider ollama --parallel-workers 8
            """
    )

    @Flag(help: "Print the counts as a JSON object.") var json = false

    func run() async throws {
        try await CommandContext.run { context in
            let storage = context.storage()
            try await storage.migrate()
            let runtime = ModelRuntime(context.settings)
            try await context.fetch(missing: context.missingModels(), for: runtime)
            let pipeline = EmbeddingPipeline(
                queue: storage.jobs,
                service: try context.embeddings(nil, runtime),
                configuration: context.pipelineConfiguration,
                metrics: context.metrics,
                logger: context.logger("pipeline")
            )
            let (summary, left) = try await Self.drain(pipeline)
            print(try json ? Self.json(summary, left: left) : Self.text(summary, left: left))
            if left > 0 { throw ExitCode.tryAgain }
            if summary.failed > 0 { throw ExitCode.failure }
        }
    }

    /// Drains with progress; SIGINT and SIGTERM give the claimed jobs back first.
    /// - Returns: what was done, and how many repos are left when it was interrupted.
    private static func drain(_ pipeline: EmbeddingPipeline) async throws -> (DrainSummary, left: Int) {
        let line = Mutex(ProgressLine())
        defer { line.withLock { $0.interrupt() } }
        let isInterrupted = Mutex(false)
        let summary = try await InterruptibleWork.run {
            try await pipeline.drainOnce { status in
                line.withLock { $0.show(Self.report(status)) }
            }
        } onInterrupt: {
            isInterrupted.withLock { $0 = true }
            pipeline.shutdown()
        }
        return (summary, isInterrupted.withLock(\.self) ? pipeline.status.statistics.pending : 0)
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

    private static func json(_ summary: DrainSummary, left: Int) throws -> String {
        try JSONText.of(counts: [
            "embedded": summary.embedded, "unchanged": summary.unchanged, "excluded": summary.excluded,
            "failed": summary.failed, "left": left, "milliseconds": Int(summary.elapsed / .milliseconds(1)),
        ])
    }

    private static func text(_ summary: DrainSummary, left: Int) -> String {
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
            parts.append("\(HumanText.count(summary.failed)) failed (`embed-star failures` lists them)")
        }
        if left > 0 { parts.append("interrupted with \(HumanText.count(left)) left; run it again to resume") }
        return parts.joined(separator: ", ")
    }
}
