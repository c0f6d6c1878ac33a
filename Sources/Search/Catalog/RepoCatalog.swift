import Dispatch
import EmbeddingCore
package import Logging

/// The repos and their words in memory, numbered, for text search and for the answers of the vector scan.
package final class RepoCatalog: Sendable {
    /// Everything happens here, one thing after another, off the cooperative pool.
    private let queue = DispatchQueue(label: "embed-star.repo-catalog", qos: .userInitiated)
    private let guarded: GuardedIndex
    private let logger: Logger

    /// - Throws: when SQLite lacks memory.
    package init(logger: Logger) throws {
        guarded = GuardedIndex(index: try TextIndex())
        self.logger = logger
    }

    /// Repos known.
    package var count: Int { get async { await run(orElse: 0) { index throws(SQLiteError) in index.count } } }

    /// Whether the whole table has been read, so that a missing repo does not exist.
    package var isLoaded: Bool { get async { await perform { $0.isLoaded } } }

    func finishLoading() async { await perform { $0.isLoaded = true } }

    func reset() async {
        await perform { $0.isLoaded = false }
        await run(orElse: ()) { index throws(SQLiteError) in try index.removeAll() }
    }

    /// Takes in changes, oldest first.
    func apply(_ changes: [FeedChange]) async -> [CatalogChange] {
        await run(orElse: []) { index throws(SQLiteError) in
            var applied: [CatalogChange] = []
            try index.transaction { () throws(SQLiteError) in
                for change in changes {
                    switch change {
                    case .upsert(let row) where row.repo.fullName.isEmpty:
                        // A row without a name cannot be found by it, nor named in an answer.
                        if let number = try index.delete(row.id) { applied.append(.delete(number)) }
                    case .upsert(let row):
                        applied.append(.upsert(try index.upsert(row.id, row.repo), row.repo, vector: row.vector))
                    case .delete(let id):
                        if let number = try index.delete(id) { applied.append(.delete(number)) }
                    }
                }
            }
            return applied
        }
    }

    /// The repos with these numbers that there still are.
    func repos(_ numbers: [Int]) async -> [Int: Repo] {
        await run(orElse: [:]) { index throws(SQLiteError) in
            var repos: [Int: Repo] = [:]
            for number in numbers { repos[number] = try index.repo(number) }
            return repos
        }
    }

    /// The repos that pass the filter, its score aside; nil when there are more than `most`.
    func repos(_ filter: SearchFilter, atMost most: Int) async -> [TextHit]? {
        await run(orElse: nil) { index throws(SQLiteError) in
            let repos = try index.repos(filter, limit: most + 1)
            return repos.count > most ? nil : repos
        }
    }

    func number(of fullName: String) async -> Int? {
        await run(orElse: nil) { index throws(SQLiteError) in try index.find(fullName)?.number }
    }

    /// Those of repos that there are not are left out.
    func numbers(of ids: [DocumentID]) async -> [DocumentID: Int] {
        await run(orElse: [:]) { index throws(SQLiteError) in
            var numbers: [DocumentID: Int] = [:]
            for id in ids { numbers[id] = try index.number(of: id) }
            return numbers
        }
    }

    func repo(named fullName: String) async -> Repo? {
        await run(orElse: nil) { index throws(SQLiteError) in try index.find(fullName)?.repo }
    }

    /// The repos of the lists in one order, best first.
    /// - Parameters:
    ///   - vectors: what lies near the query's vector; nil where there is none.
    ///   - similarities: of other repos to the query's vector, by their ids.
    func ranked(
        _ matches: TextMatches,
        vectors: [SearchHit]?,
        similarities: [DocumentID: Double]? = nil
    ) async -> RankedHits {
        await run(orElse: RankedHits()) { index throws(SQLiteError) in
            CandidateRanking(matches, vectors: vectors, similarities: similarities, index).ranked
        }
    }

    /// What the ranking knows of each candidate.
    func samples(
        _ matches: TextMatches,
        vectors: [SearchHit]?,
        similarities: [DocumentID: Double]?
    ) async -> [RankingSample] {
        await run(orElse: []) { index throws(SQLiteError) in
            CandidateRanking(matches, vectors: vectors, similarities: similarities, index).samples
        }
    }

    func matches(_ query: String, filter: SearchFilter, limit: Int) async -> TextMatches {
        await run(orElse: TextMatches()) { index throws(SQLiteError) in
            try index.matches(query, filter: filter, limit: limit)
        }
    }

    /// A fault of the in-memory database is logged, and the answer is empty: search continues with vectors alone.
    private func run<T: Sendable>(
        orElse fallback: T,
        _ body: @escaping @Sendable (TextIndex) throws(SQLiteError) -> T
    ) async -> T {
        await perform { [logger] guarded in
            do throws(SQLiteError) {
                return try body(guarded.index)
            } catch {
                logger.error("the in-memory text index failed", metadata: ["error": "\(error)"])
                return fallback
            }
        }
    }

    private func perform<T: Sendable>(_ body: @escaping @Sendable (GuardedIndex) -> T) async -> T {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body(self.guarded)) }
        }
    }
}

/// `@unchecked Sendable`: touched on the catalog's queue only.
private final class GuardedIndex: @unchecked Sendable {
    let index: TextIndex
    var isLoaded = false

    init(index: TextIndex) { self.index = index }
}
