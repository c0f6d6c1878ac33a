import ArgumentParser
import EmbeddingCore
import GitHub
import Synchronization

extension ImportCommand {
    /// Imports with progress; SIGINT and SIGTERM keep how far it came.
    func importStars(_ work: StarImport, _ request: StarImportRequest) async throws {
        let line = Mutex(ProgressLine())
        let start = ContinuousClock.now
        defer { line.withLock { $0.interrupt() } }
        let task = Task {
            try await work.run(request) { progress in
                line.withLock { Self.show(progress, after: .now - start, on: &$0) }
            }
        }
        let progress: StarImportProgress
        do {
            progress = try await InterruptibleWork.run {
                try await task.value
            } onInterrupt: {
                task.cancel()
            }
        } catch is CancellationError {
            line.withLock { $0.interrupt() }
            StandardError.write("embed-star: interrupted; run it again to resume\n")
            throw ExitCode.interrupted
        }
        line.withLock { $0.interrupt() }
        print(try json ? Self.json(progress) : Self.text(progress))
        if progress.rejected > 0 { throw ExitCode.failure }
    }

    private static func show(_ progress: StarImportProgress, after elapsed: Duration, on line: inout ProgressLine) {
        if let until = progress.waitingUntil {
            line.interrupt()
            return StandardError.write("GitHub's rate limit is reached; waiting until \(until)\n")
        }
        line.show(
            ProgressLine.Report(
                fraction: nil,
                counts: "\(HumanText.count(progress.pages)) pages read",
                rate: "\(HumanText.duration(seconds: elapsed / .seconds(1))) so far",
                timeLeft: nil
            )
        )
    }

    private static func json(_ progress: StarImportProgress) throws -> String {
        try JSONText.of(counts: [
            "pages": progress.pages, "unchanged_pages": progress.unchangedPages, "created": progress.counts.created,
            "changed": progress.counts.changed, "unchanged": progress.counts.unchanged, "rejected": progress.rejected,
            "removed": progress.removed,
        ])
    }

    private static func text(_ progress: StarImportProgress) -> String {
        var parts = [
            "\(HumanText.count(progress.pages)) pages read, \(HumanText.count(progress.unchangedPages)) of them unchanged"
        ]
        let counts = progress.counts
        parts.append("\(HumanText.count(counts.created)) repos created")
        parts.append("\(HumanText.count(counts.changed)) changed, \(HumanText.count(counts.unchanged)) unchanged")
        if progress.removed > 0 { parts.append("\(HumanText.count(progress.removed)) removed") }
        if progress.rejected > 0 { parts.append("\(HumanText.count(progress.rejected)) left out") }
        return parts.joined(separator: ", ")
    }
}
