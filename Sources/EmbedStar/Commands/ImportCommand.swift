import ArgumentParser
import EmbeddingCore
import Storage

/// `embed-star import`: load repos from files.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Load repos from files into the database; a running service embeds them.",
        discussion: """
            A file is NDJSON, a JSON array, or what GitHub's API gives for starred repos; gzipped or not. `-` is \
            standard input. Importing again changes nothing that is already there.

            Examples:
              embed-star import repos.ndjson.gz
              gh api --paginate user/starred | embed-star import -
            """
    )

    @Argument(help: "Files to load.") var files: [String]

    func run() async throws {
        guard !files.isEmpty else { throw ValidationError("name at least one file, or - for standard input") }
        try await CommandContext.run { context in
            let storage = context.storage()
            try await storage.migrate()
            let progress = ImportProgress()
            var work = RepoImport(
                store: storage.repos,
                onBadRecord: { progress.report(path: $0, line: $1, reason: $2) },
                onProgress: { progress.show($0) }
            )
            try await work.run(files)
            progress.finish(work.progress)
            if work.progress.bad > 0 { throw ExitCode.failure }
        }
    }
}
