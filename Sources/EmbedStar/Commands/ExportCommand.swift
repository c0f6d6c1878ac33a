import ArgumentParser
import EmbeddingCore
import Ingest
import JSON
import Storage

/// `embed-star export`: the repos of the database as lines of JSON.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all repos as NDJSON, which `import` reads.",
        discussion: """
            Private repos are included. With --vectors an import restores the vectors, and nothing is embedded, or \
            paid for, again, as long as the model is the same.

            Exit code 73 when the file cannot be created or written; then there is none.

            Examples:
              embed-star export --vectors --output stars.ndjson
              embed-star export | gzip >stars.ndjson.gz
            """
    )

    private static let pageSize = 500

    @Flag(help: "Include each repo's vector: about 2 KB for 384 dimensions.") var vectors = false
    @Option(help: "The file to write, complete or not at all; by default standard output.", completion: .file())
    var output: String?

    func run() async throws {
        try await CommandContext.run { context in
            var file = try OutputFile(path: output)
            let storage = context.storage()
            var line = ProgressLine()
            defer { line.interrupt() }
            let start = ContinuousClock.now
            var count = 0
            var cursor: DocumentID?
            repeat {
                let page = try await storage.export.page(after: cursor, limit: Self.pageSize, withVectors: vectors)
                try file.write(Self.lines(page.repos))
                count += page.repos.count
                cursor = page.next
                // Standard output is being looked at where it is no file.
                if output != nil { line.show(Self.report(count, after: .now - start)) }
            } while cursor != nil
            try file.finish()
            line.interrupt()
            if let output { print("\(HumanText.count(count)) repos written to \(output.printable)") }
        }
    }

    private static func lines(_ repos: [ExportedRepo]) -> [UInt8] {
        var bytes: [UInt8] = []
        for repo in repos {
            bytes += JSONWriter.object { repo.write(to: &$0) }
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private static func report(_ count: Int, after elapsed: Duration) -> ProgressLine.Report {
        ProgressLine.Report(
            fraction: nil,
            counts: "\(HumanText.count(count)) repos",
            rate: "\(HumanText.duration(seconds: elapsed / .seconds(1))) so far",
            timeLeft: nil
        )
    }
}
