import ArgumentParser
import EmbeddingCore
import Settings
import Storage
import SurrealDB
import Telemetry

/// `embed-star migrate`: take the repos of another database over.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Copy repos and vectors from another SurrealDB.",
        discussion: """
            The destination is the database of DB_URL. Use it to move from SurrealDB 2 to 3, which cannot open the \
            same files. The source is only read; stop the programs that write to it first. If interrupted, run it \
            again and it resumes. Rows that exist already are kept as they are.

            User, password, namespace and database of the source are those of the settings, unless options name \
            others.

            Examples:
              DB_URL=ws://new:8000 embed-star migrate --from ws://old:8000
            """
    )

    @Option(help: "URL of the database to copy from.") var from: String
    @Option(help: "Its user.") var fromUser: String?
    @Option(help: "A file with the user's password.", completion: .file()) var fromPasswordFile: String?
    @Option(help: "Its namespace.") var fromNamespace: String?
    @Option(help: "Its database.") var fromDatabase: String?
    @Flag(help: "Print the count as a JSON object.") var json = false

    func validate() throws {
        guard SurrealConfiguration(url: from).httpURL != nil else {
            throw ValidationError("--from is a ws, wss, http or https URL")
        }
    }

    func run() async throws {
        try await CommandContext.run { context in
            var source = SurrealConfiguration(context.settings)
            source.url = from
            source.user = fromUser ?? source.user
            source.namespace = fromNamespace ?? source.namespace
            source.database = fromDatabase ?? source.database
            if let fromPasswordFile {
                let password = try context.secret(in: fromPasswordFile, of: "--from-password-file")
                source.password = { password }
            }
            let copy = RepoCopy(
                from: context.client(source),
                named: "\(source.httpURL ?? from)/\(source.namespace)/\(source.database)",
                to: context.client(SurrealConfiguration(context.settings)),
                metrics: context.metrics,
                logger: context.logger("storage")
            )
            var line = ProgressLine()
            defer { line.interrupt() }
            let start = ContinuousClock.now
            let done = try await copy.run { line.show(Self.report($0, after: .now - start)) }
            line.interrupt()
            try await context.storage().migrate()
            let copied = done.total - done.unreadable
            if json { return print(try JSONText.of(counts: ["copied": copied, "unreadable": done.unreadable])) }
            print("\(HumanText.count(copied)) repos copied; `embed-star serve` creates everything else")
            guard done.unreadable > 0 else { return }
            print("\(HumanText.count(done.unreadable)) rows cannot be read and were left out")
        }
    }

    private static func report(_ progress: RepoCopy.Progress, after elapsed: Duration) -> ProgressLine.Report {
        ProgressLine.Report(
            fraction: progress.total > 0 ? min(1, Double(progress.copied) / Double(progress.total)) : nil,
            counts: "\(HumanText.count(progress.copied)) of \(HumanText.count(progress.total)) repos",
            rate: "\(HumanText.duration(seconds: elapsed / .seconds(1))) so far",
            timeLeft: nil
        )
    }
}
