import EmbeddingCore
import FoundationEssentials

/// Repos as `data/sample-repos.ndjson` has them, in order of their names, so that the order of the lines does not matter.
enum RepoFile {
    private struct Line: Decodable {
        struct Owner: Decodable { var login: String? }

        var full_name: String
        var owner: Owner?
        var description: String?
        var language: String?
        var stars: Int?
        var url: String?
        var topics: [String]?
    }

    static func read(_ path: String) throws -> [Repo] {
        let lines = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n"))
        let decoder = JSONDecoder()
        return try lines.map { line in
            let line = try decoder.decode(Line.self, from: Data(line))
            return Repo(
                fullName: line.full_name,
                owner: line.owner?.login,
                description: line.description,
                language: line.language,
                stars: line.stars ?? 0,
                url: line.url,
                topics: line.topics ?? []
            )
        }.sorted { $0.fullName < $1.fullName }
    }
}
