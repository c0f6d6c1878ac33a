import ArgumentParser
import EmbeddingCore
import FoundationEssentials
import Routing
import Server
import Settings
import Storage
import SurrealDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `embed-star demo`: everything that is needed to try embed-star, with one command.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Try it: a database, a sample of repos, the service.",
        discussion: """
            One command from nothing to a search. The database is that of DB_URL if it is set, otherwise a `surreal` \
            from the PATH, whose data is deleted at the end unless --data names a folder. Ctrl-C stops everything.

            Examples:
              embed-star demo
              embed-star demo --data ~/embed-star-demo --port 8080
            """
    )

    @Option(help: "The SurrealDB program, which understands `surreal start`.", completion: .file())
    var engine = "surreal"
    @Option(help: "A folder to keep the data in; by default it is deleted at the end.", completion: .directory)
    var data: String?
    @Option(help: "The file of repos that is loaded.", completion: .file()) var sample: String?

    func run() async throws {
        let settings = try SettingValues.ofProcess()
        var database: DemoDatabase?
        if !settings.isSet(DatabaseSettings.url) {
            do {
                database = try await DemoDatabase.start(engine: engine, folder: data)
            } catch let error as FileError {
                StandardError.write("embed-star: \(error)\n\(Self.remedy)\n")
                throw error.code
            }
        }
        defer { database?.stop() }
        for (name, value) in Self.defaults(settings, database) { setenv(name, value, 1) }
        try await CommandContext.run(quiet: false) { context in
            try await load(context)
            let introduction = Task { await DemoIntroduction(context).show() }
            defer { introduction.cancel() }
            try await Application(context).run()
        }
    }

    private static let remedy =
        "install SurrealDB (https://surrealdb.com/install), name its program with --engine, or set DB_URL"

    /// What is set for the service unless somebody has set it.
    private static func defaults(_ settings: SettingValues, _ database: DemoDatabase?) -> [(String, String)] {
        var defaults = database.map { Array($0.settings) }.map { $0.map { ($0.key, $0.value) } } ?? []
        if !settings.isSet(ServerSettings.port) {
            defaults.append((ServerSettings.port.name, "\(PortCheck.firstFree(from: settings[ServerSettings.port]))"))
        }
        if !settings.isSet(LogSettings.level) { defaults.append((LogSettings.level.name, "warning")) }
        return defaults
    }

    private func load(_ context: CommandContext) async throws {
        let storage = context.storage()
        try await storage.migrate()
        guard let file = sample ?? Self.samples().first(where: FileManager.default.fileExists) else {
            return StandardError.write("the sample is not beside the program; name a file with --sample\n")
        }
        var work = RepoImport(store: storage.repos, onBadRecord: { _, _, _ in }, onProgress: { _ in })
        try await work.run([file])
    }

    /// Where a checkout, an archive and an installed program have it.
    private static func samples() -> [String] {
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = program.map { String($0.prefix(upTo: $0.lastIndex(of: "/") ?? $0.startIndex)) } ?? "."
        return [
            "data/sample-repos.ndjson", "\(folder)/sample-repos.ndjson",
            "\(folder)/../share/embed-star/sample-repos.ndjson",
        ]
    }
}
