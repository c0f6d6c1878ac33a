import ArgumentParser
import EmbeddingCore
import Storage

/// `embed-star import`: load repos from files, or somebody's stars from GitHub.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import repos from files, or a user's GitHub stars.",
        discussion: """
            A file has repos as JSON, one a line, one after another, or in arrays: embed-star's own fields, or \
            objects of GitHub's REST API, of GraphQL, or of `gh repo list --json`; gzipped or not. `-` is standard \
            input. Vectors that `embed-star export --vectors` wrote are imported, too. Importing again changes only \
            what has changed. A running service embeds what was imported.

            With --github no file is needed. Run it again to fetch only what has changed, or to resume an \
            interrupted import. It waits at GitHub's rate limit; a token, which needs no permissions, raises that \
            limit.

            Exit code 0 when everything was read, 1 when some records were skipped, 65 when a file has no repo or \
            ends too early, 66 when it cannot be read or GitHub has no such user, 75 when GitHub's rate limit lasts \
            too long.

            Examples:
              embed-star import repos.ndjson.gz
              embed-star import --github octocat --prune
              gh api --paginate user/starred | embed-star import -
            """
    )

    @Argument(help: "Files to load.", completion: .file()) var files: [String] = []
    @Option(help: "Import the repos that this GitHub user has starred; @me is the token's owner.") var github: String?
    @Option(help: "A file with a token for GitHub, instead of GITHUB_TOKEN.", completion: .file())
    var tokenFile: String?
    @Flag(help: "Delete repos that an earlier import of these stars added and that are no longer starred.")
    var prune = false
    @Flag(help: "Print the counts as a JSON object.") var json = false

    func validate() throws {
        guard files.isEmpty == (github != nil) else {
            throw ValidationError("name at least one file, - for standard input, or a user with --github")
        }
        guard github != nil || (tokenFile == nil && !prune) else {
            throw ValidationError("--token-file and --prune go with --github")
        }
        _ = try stars
    }

    /// What is asked of GitHub; nil for files.
    /// - Throws: `ValidationError`.
    private var stars: StarImportRequest? {
        get throws {
            guard let github else { return nil }
            if let request = StarImportRequest(user: github, removesUnstarred: prune) { return request }
            throw ValidationError("\"\(github.printable)\" is not a GitHub login")
        }
    }

    func run() async throws {
        let stars = try stars
        try await CommandContext.run { context in
            // Before the database is asked, which may not be there either.
            for path in files { try InputFile.check(path) }
            let storage = context.storage()
            try await storage.migrate()
            guard let stars else { return try await importFiles(storage) }
            let token = try tokenFile.map { try context.secret(in: $0, of: "--token-file") }
            try await importStars(context.starImport(storage, token: token), stars)
        }
    }

    private func importFiles(_ storage: SurrealStorage) async throws {
        let progress = ImportProgress()
        var work = RepoImport(
            store: storage.repos,
            onBadRecord: { progress.report(path: $0, line: $1, reason: $2) },
            onProgress: { progress.show($0) }
        )
        try await work.run(files)
        try progress.finish(work.progress, json: json)
        if work.progress.bad > 0 { throw ExitCode.failure }
    }
}
