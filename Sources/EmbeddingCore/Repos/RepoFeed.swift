/// The repo table as a stream, for in-memory indexes: pages of all rows, then changes and deletions.
package protocol RepoFeed: Sendable {
    /// Rows after `cursor` in order of their ids, with their vectors of `model` where one is given.
    func page(
        after cursor: DocumentID?,
        limit: Int,
        vectorsOf model: EmbeddingModel?
    ) async throws(StoreError) -> [FeedRow]

    /// Upserts and deletions since `position`, oldest first; nil asks for the position of now. Without vectors, what
    /// changed nothing but the vector may be left out.
    /// - Returns: the changes, and the position after them, the same as before when there was nothing.
    func changes(
        since position: FeedPosition?,
        limit: Int,
        vectorsOf model: EmbeddingModel?
    ) async throws(StoreError) -> (changes: [FeedChange], position: FeedPosition)
}

/// A row of the repo table.
package struct FeedRow: Sendable, Hashable {
    package var id: DocumentID
    package var repo: Repo
    /// The vector of the requested model; nil without one.
    package var vector: [Float]?

    package init(id: DocumentID, repo: Repo, vector: [Float]?) {
        self.id = id
        self.repo = repo
        self.vector = vector
    }
}

/// A change of the repo table.
package enum FeedChange: Sendable, Hashable {
    case upsert(FeedRow)
    case delete(DocumentID)
}

/// Where a follower of the table stands, in the store's own encoding.
package struct FeedPosition: Sendable, Hashable {
    package let encoded: [UInt8]

    package init(encoded: [UInt8]) { self.encoded = encoded }
}
