import ArgumentParser
import EmbeddingCore
import FoundationEssentials
import Inference
import Logging
import Search
import Telemetry

/// Writes what the ranking knows of each candidate of each query, for `scripts/train-ranking`: the features are computed
/// by the code that uses them.
@main struct RankingFeatures: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ranking-features",
        abstract:
            "Write the features of the candidates of queries, a line of JSON a query, the names of the features first."
    )

    @Argument(help: "The built-in model's folder.") var model: String
    @Argument(help: "A file with repos, a line of JSON each.") var repos: String
    @Argument(help: "A file with a JSON array of texts.") var queries: String
    @Option(help: "Keep the vectors of the repos in this file, and take them from it when it is there.") var vectors:
        String?

    func run() async throws {
        let encoder = try TextEncoder(modelDirectory: model, threads: 2, precision: .fp32)
        let repos = try RepoFile.read(repos)
        let vectors = try await vectors(of: repos, by: encoder)
        let search = try await SearchOverFile(repos, vectors, encoder)
        let features = RankingFeature.allCases
        func names(_ features: [RankingFeature]) -> [String] { features.map { String(describing: $0) } }
        let head = [
            "features": names(features), "text": names(features.filter(\.isOfText)),
            "query": names(features.filter(\.isOfQuery)),
        ]
        print(try Line.of(head))
        for query in try JSONDecoder().decode([String].self, from: Data(contentsOf: URL(filePath: queries))) {
            let samples = try await search.samples(for: query)
            try print(Line.of(QueryLine(query: query, samples)))
        }
    }

    private func vectors(of repos: [Repo], by encoder: TextEncoder) async throws -> [[Float]] {
        if let vectors, let kept = try? Data(contentsOf: URL(filePath: vectors)),
            kept.count == repos.count * encoder.dimensions * 4
        {
            let floats = kept.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            return repos.indices.map { Array(floats[$0 * encoder.dimensions..<($0 + 1) * encoder.dimensions]) }
        }
        var made: [[Float]] = []
        for start in stride(from: 0, to: repos.count, by: 256) {
            let texts = repos[start..<min(start + 256, repos.count)].map { $0.text() }
            made += try await encoder.encode(texts).vectors
        }
        if let vectors {
            var data = Data()
            for vector in made { vector.withUnsafeBytes { data.append(contentsOf: $0) } }
            try data.write(to: URL(filePath: vectors))
        }
        return made
    }
}

/// What is written of a query.
private struct QueryLine: Encodable {
    struct Candidate: Encodable {
        let name: String
        let features: [Double]
    }

    let query: String
    let candidates: [Candidate]

    init(query: String, _ samples: [RankingSample]) {
        self.query = query
        candidates = samples.map { Candidate(name: $0.fullName, features: $0.features) }
    }
}

private enum Line {
    static func of(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
