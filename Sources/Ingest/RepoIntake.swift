package import EmbeddingCore

/// Writes the repos of a stream of JSON in portions, as they come. What is no repo is reported and stops nothing.
package struct RepoIntake {
    /// Repos in one write.
    private static let portion = 500
    /// How much is reported of all that is skipped.
    private static let maximumReports = 100

    private let store: any RepoStore
    private var reader: RepoReader
    package private(set) var counts = UpsertCounts()
    /// Repos written.
    package private(set) var accepted = 0
    /// What was no repo.
    package private(set) var rejected = 0
    /// The first of what was no repo.
    package private(set) var reports: [RepoReader.Rejection] = []

    /// - Parameter takesVectors: as of `RepoReader`.
    package init(store: any RepoStore, takesVectors: Bool = false) {
        self.store = store
        reader = RepoReader(takesVectors: takesVectors)
    }

    /// Whether the input ended too early.
    package var isTorn: Bool { reader.isTorn }

    /// - Returns: whether anything was written.
    @discardableResult
    package mutating func feed(_ bytes: [UInt8]) async throws(StoreError) -> Bool {
        reader.feed(bytes)
        note()
        guard reader.updates.count >= Self.portion else { return false }
        while reader.updates.count >= Self.portion { try await write(Self.portion) }
        return true
    }

    /// Writes the rest. - Returns: whether there was any.
    @discardableResult
    package mutating func finish() async throws(StoreError) -> Bool {
        reader.finish()
        note()
        let hasRest = !reader.updates.isEmpty
        try await write(reader.updates.count)
        return hasRest
    }

    private mutating func note() {
        rejected += reader.rejections.count
        reports += reader.rejections.prefix(Self.maximumReports - reports.count)
        reader.rejections.removeAll(keepingCapacity: true)
    }

    private mutating func write(_ count: Int) async throws(StoreError) {
        guard count > 0 else { return }
        let portion = Array(reader.updates.prefix(count))
        counts += try await store.upsert(portion)
        accepted += count
        reader.updates.removeFirst(count)
    }
}
