import EmbeddingCore
import Synchronization

/// The repo table in memory: a feed, and a search that compares with every vector, as the database's exact way does.
final class MemoryTable: RepoFeed, SimilaritySearch {
    private struct State {
        var rows: [DocumentID: FeedRow] = [:]
        var log: [FeedChange] = []
        var fault: StoreError?
        var reads = 0
    }

    private let state = Mutex(State())

    init(_ rows: [FeedRow] = []) {
        for row in rows { set(row) }
    }

    func set(_ row: FeedRow) {
        state.withLock { state in
            state.rows[row.id] = row
            state.log.append(.upsert(row))
        }
    }

    func delete(_ id: DocumentID) {
        state.withLock { state in
            state.rows[id] = nil
            state.log.append(.delete(id))
        }
    }

    /// How often it was asked, also in vain.
    var reads: Int { state.withLock(\.reads) }

    func fail(with error: StoreError?) { state.withLock { $0.fault = error } }

    private func read<T: Sendable>(_ body: (State) -> T) throws(StoreError) -> T {
        let (fault, value) = state.withLock { state in
            state.reads += 1
            return (state.fault, body(state))
        }
        if let fault { throw fault }
        return value
    }

    func page(
        after cursor: DocumentID?,
        limit: Int,
        vectorsOf model: EmbeddingModel?
    ) async throws(StoreError) -> [FeedRow] {
        try read { state in
            state.rows.values
                .filter { row in cursor.map { $0.encoded.lexicographicallyPrecedes(row.id.encoded) } ?? true }
                .sorted { $0.id.encoded.lexicographicallyPrecedes($1.id.encoded) }
                .prefix(limit).map { $0 }
        }
    }

    func changes(
        since position: FeedPosition?,
        limit: Int,
        vectorsOf model: EmbeddingModel?
    ) async throws(StoreError) -> (changes: [FeedChange], position: FeedPosition) {
        try read { state in
            let start = position.map { Int($0.encoded[0]) << 8 | Int($0.encoded[1]) } ?? state.log.count
            let changes = Array(state.log.dropFirst(start).prefix(limit))
            let end = start + changes.count
            return (changes, FeedPosition(encoded: [UInt8(end >> 8), UInt8(end & 255)]))
        }
    }

    func nearest(
        to vector: Embedding,
        model: EmbeddingModel,
        filter: SearchFilter,
        limit: Int
    ) async throws(StoreError) -> SearchHits {
        let hits = try read { state in
            state.rows.values.compactMap { row -> SearchHit? in
                guard let own = row.vector, filter.admits(row.repo) else { return nil }
                let score = Double(zip(own, vector.values).reduce(Float(0)) { $0 + $1.0 * $1.1 })
                return score >= filter.minScore ?? -2 ? SearchHit(repo: row.repo, similarity: score) : nil
            }
        }
        return SearchHits(hits: Array(hits.sorted(by: >).prefix(limit)), method: .exact)
    }

    func vector(
        of fullName: String,
        model: EmbeddingModel,
        includesPrivate: Bool
    ) async throws(StoreError) -> StoredVector? {
        let row = try read { $0.rows.values.first { $0.repo.fullName == fullName } }
        guard let row, includesPrivate || !row.repo.isPrivate else { return nil }
        guard let values = row.vector, let vector = try? Embedding(validating: values, dimensions: values.count) else {
            return .pending
        }
        return .embedded(vector)
    }

    func scores(
        of ids: [DocumentID],
        to vector: Embedding,
        model: EmbeddingModel
    ) async throws(StoreError) -> [DocumentID: Double] {
        try read { state in
            var scores: [DocumentID: Double] = [:]
            for id in ids {
                guard let own = state.rows[id]?.vector else { continue }
                scores[id] = Double(zip(own, vector.values).reduce(Float(0)) { $0 + $1.0 * $1.1 })
            }
            return scores
        }
    }
}
