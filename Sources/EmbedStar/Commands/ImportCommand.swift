import ArgumentParser
import EmbeddingCore
import Storage

/// `embed-star import`: load repos from files.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Load repos from files into the database; a running service embeds them.",
        discussion: """
            A file holds repos as JSON, one a line, one after another, or in arrays: embed-star's own fields, or what \
            GitHub's API, its GraphQL or `gh repo list --json` gives; gzipped or not. `-` is standard input. Importing \
            again changes nothing that is already there.

            Exit code 0 when all was read, 1 when some records were left out, 65 when a file holds no repo or ends too \
            early, 66 when it cannot be read.

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
