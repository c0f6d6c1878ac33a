/// The queue of due documents: a transactional outbox kept by the database.
package protocol EmbeddingJobQueue: Sendable {
    /// Leases up to `limit` due jobs to `token` for `lease`, oldest first.
    func claim(limit: Int, lease: Duration, token: ClaimToken) async throws(StoreError) -> [EmbeddingJob]

    /// Writes the outcomes, in as few transactions as the database takes. A job that is no longer ours or that changed meanwhile is left as
    /// it is (guarantee G2).
    /// - Returns: how many were left because of that.
    func complete(
        _ completions: [JobCompletion],
        token: ClaimToken,
        model: EmbeddingModel
    ) async throws(StoreError) -> Int

    /// Extends the lease of jobs still ours.
    func renew(_ jobs: [EmbeddingJob], lease: Duration, token: ClaimToken) async throws(StoreError)

    /// Enqueues those of the next `limit` rows of a table after `cursor`, in order of their ids, that have no job and
    /// whose vector is missing, not of `model`, or of another text, and those whose parked job is about another state of
    /// the row.
    /// - Returns: where to continue, nil at the end of the last table; and how many were enqueued.
    func backfill(
        after cursor: DocumentID?,
        limit: Int,
        model: EmbeddingModel
    ) async throws(StoreError) -> (next: DocumentID?, enqueued: Int)

    /// Makes the parked private documents due again, for when outside providers become allowed.
    func resumeExcluded() async throws(StoreError) -> Int

    /// Housekeeping, cheap enough to be asked for every few seconds: forgets what nobody reads any more, and makes due
    /// at once what is leased, or waits, longer than anybody asks for, a clock that ran ahead having dated it.
    /// - Parameters:
    ///   - lease: the longest time from now for which a job may be leased.
    ///   - delay: the longest time from now for which a job may wait.
    func tidy(leasedBeyond lease: Duration, waitingBeyond delay: Duration) async throws(StoreError)

    /// Counts of jobs and documents, of one moment. It may be asked for every few seconds; nil when counting again so soon
    /// would cost too much. Writes nothing.
    /// - Parameter model: whose vectors count; nil for those of the model in use.
    func statistics(model: EmbeddingModel?) async throws(StoreError) -> QueueStatistics?

    /// What all replicas share. A replica that gives its model is among those that embed with it for `lease`, if that is
    /// the model in use or comes into use: when there is none, when all of the other model's have left, or when they are
    /// gone and `takesOver`.
    func attend(model: EmbeddingModel?, lease: Duration, takesOver: Bool) async throws(StoreError) -> SharedState

    /// Ends what `attend` began.
    func leave() async throws(StoreError)

    /// Says to all replicas that rows may have changed without anybody having been told.
    func beginEpoch() async throws(StoreError)

    /// - Parameter key: the fingerprint of the key that does it.
    func setPaused(_ paused: Bool, by key: String?) async throws(StoreError)
}
