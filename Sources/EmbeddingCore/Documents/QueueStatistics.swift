/// Counts of the queue and of the embedded tables.
package struct QueueStatistics: Sendable, Hashable {
    /// Jobs due or waiting, leased ones included, failed and excluded ones not.
    package var pending: Int
    package var leased: Int
    package var failed: Int
    package var excluded: Int
    /// Documents with a vector of the current model.
    package var embedded: Int
    package var total: Int
    /// Vectors of the current model that were written since this process began to count.
    package var written: Int

    package init(
        pending: Int = 0,
        leased: Int = 0,
        failed: Int = 0,
        excluded: Int = 0,
        embedded: Int = 0,
        total: Int = 0,
        written: Int = 0
    ) {
        self.pending = pending
        self.leased = leased
        self.failed = failed
        self.excluded = excluded
        self.embedded = embedded
        self.total = total
        self.written = written
    }

    /// The share of the documents that has a vector of the current model, 0…1.
    package var coverage: Double { total > 0 ? Double(embedded) / Double(total) : 1 }
}
