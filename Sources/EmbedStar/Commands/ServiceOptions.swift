import ArgumentParser
import HTTP

/// Flags of the commands that ask a running service.
struct ServiceOptions: ParsableArguments {
    @Option(help: "URL of the service; by default EMBED_STAR_URL, else built from HOST and PORT.")
    var server: String?
    @Flag(help: "Print the service's JSON answer.") var json = false

    func validate() throws {
        guard server.map({ ClientSettings.isAddress($0) }) ?? true else {
            throw ValidationError("--server is a URL such as http://127.0.0.1:9090, or unix:/path")
        }
    }

    /// Has the service do something, and prints its answer or what it means.
    func command(
        _ method: String,
        _ path: String,
        query: [(String, String?)] = [],
        body: (any Encodable)? = nil,
        _ text: @escaping ([UInt8]) throws -> String
    ) async throws {
        try await CommandContext.run { context in
            let bytes = try await context.service(server).send(method, path, query: query, json: body)
            guard json else { return print(try text(bytes)) }
            print(bytes.isEmpty ? "{}" : JSONText.of(answer: bytes))
        }
    }

}

/// A repo on the command line.
struct RepoArgument: ParsableArguments {
    @Argument(help: "The repo, as owner/name.") var repo: String

    func validate() throws { _ = try path }

    /// - Throws: `ValidationError`.
    var path: String { get throws { try Self.path(of: repo) } }

    static func path(of repo: String) throws -> String {
        let parts = repo.split(separator: "/", omittingEmptySubsequences: false).map {
            PercentEncoding.encode(String($0))
        }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw ValidationError("\"\(repo.printable)\" is not of the form owner/name")
        }
        return "/repos/\(parts[0])/\(parts[1])"
    }
}

/// How many repos a command made due.
struct EnqueuedAnswer: Decodable {
    var enqueued: Int

    static func text(_ bytes: [UInt8]) throws -> String {
        let answer: EnqueuedAnswer = try ServiceClient.decode(bytes)
        return "\(HumanText.count(answer.enqueued)) repos will be embedded again"
    }
}
