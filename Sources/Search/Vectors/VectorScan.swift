import Dispatch
package import EmbeddingCore
import Synchronization

/// Exact search over vectors held in the process (`SEARCH_BACKEND=memory`). Until everything is loaded, and for a
/// model other than the loaded one, it asks `fallback`.
package final class VectorScan: SimilaritySearch {
    private let fallback: any SimilaritySearch
    let catalog: RepoCatalog
    private let threads: Int
    /// Searches run beside each other here, and writes alone (as barriers); off the cooperative pool.
    private let queue = DispatchQueue(label: "embed-star.vector-scan", qos: .userInitiated, attributes: .concurrent)
    private let table = GuardedTable()
    private let loaded = Mutex<EmbeddingModel?>(nil)

    /// - Parameter threads: most threads for one search.
    package init(catalog: RepoCatalog, fallback: any SimilaritySearch, threads: Int) {
        self.catalog = catalog
        self.fallback = fallback
        self.threads = max(1, threads)
    }

    /// Whether answers come from memory.
    package func isLoaded(for model: EmbeddingModel) -> Bool { loaded.withLock { $0 == model } }

    package func nearest(
        to vector: Embedding,
        model: EmbeddingModel,
        filter: SearchFilter,
        limit: Int
    ) async throws(StoreError) -> SearchHits {
        guard isLoaded(for: model), vector.values.count == model.dimensions else {
            return try await fallback.nearest(to: vector, model: model, filter: filter, limit: limit)
        }
        let found = await reading { (table) -> [ScoredNumber] in
            table.nearest(to: vector.values, filter: filter, limit: limit, threads: self.threads)
        }
        let repos = await catalog.repos(found.map(\.number))
        let hits = found.compactMap { candidate in
            repos[candidate.number].map { SearchHit(repo: $0, similarity: Self.cosine(candidate.score)) }
        }
        return SearchHits(hits: hits, method: .exact)
    }

    package func vector(
        of fullName: String,
        model: EmbeddingModel,
        includesPrivate: Bool
    ) async throws(StoreError) -> StoredVector? {
        guard isLoaded(for: model) else {
            return try await fallback.vector(of: fullName, model: model, includesPrivate: includesPrivate)
        }
        guard let repo = await catalog.repo(named: fullName), includesPrivate || !repo.isPrivate,
            let number = await catalog.number(of: fullName)
        else { return nil }
        let values = await reading { $0.values(of: number) }
        guard let values else { return .pending }
        do throws(EmbeddingError) {
            return .embedded(try Embedding(validating: values, dimensions: model.dimensions))
        } catch {
            return .pending
        }
    }

    package func scores(
        of ids: [DocumentID],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [DocumentID: Double] {
        guard isLoaded(for: model) else { return try await fallback.scores(of: ids, to: vector, model: model) }
        let numbers = await catalog.numbers(of: ids)
        return await reading { table in
            numbers.compactMapValues { table.score(of: $0, to: vector.values).map(Self.cosine) }
        }
    }

    /// Rounding may have carried it past the ends.
    private static func cosine(_ product: Float) -> Double { Double(min(1, max(-1, product))) }

    /// Forgets everything, before another load.
    func reset(model: EmbeddingModel) async {
        loaded.withLock { $0 = nil }
        await writing { $0.replace(with: VectorTable(dimensions: model.dimensions)) }
    }

    /// Takes answers from memory from now on.
    func finishLoading(model: EmbeddingModel) { loaded.withLock { $0 = model } }

    /// Takes in what the catalog took in.
    func apply(_ changes: [CatalogChange]) async {
        await writing { guarded in
            for change in changes {
                switch change {
                case .upsert(let number, let repo, let vector?): guarded.table.set(number, repo, vector)
                case .upsert(let number, _, nil), .delete(let number): guarded.table.remove(number)
                }
            }
        }
    }

    private func reading<T: Sendable>(_ body: @escaping @Sendable (borrowing VectorTable) -> T) async -> T {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body(self.table.table)) }
        }
    }

    private func writing(_ body: @escaping @Sendable (GuardedTable) -> Void) async {
        await withCheckedContinuation { continuation in
            queue.async(flags: .barrier) {
                body(self.table)
                continuation.resume()
            }
        }
    }
}

/// `@unchecked Sendable`: touched on the scan's queue only, and changed only under its barriers.
private final class GuardedTable: @unchecked Sendable {
    var table = VectorTable(dimensions: 0)

    func replace(with table: consuming VectorTable) { self.table = table }
}
