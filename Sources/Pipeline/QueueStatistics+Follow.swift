import EmbeddingCore

/// What this process itself did since the counts were read, so that they are right between two readings. What it has in
/// hand or has written is there, though it came after the counts were read.
extension QueueStatistics {
    mutating func followClaim(of jobs: Int) {
        leased += jobs
        pending = max(pending, leased)
        total = max(total, jobs)
    }

    mutating func followWrite(of completion: JobCompletion, model: EmbeddingModel) {
        leased = max(0, leased - 1)
        switch completion.outcome {
        case .retry, .released: return
        case .embedded where completion.job.storedFingerprint != model.fingerprint:
            embedded += 1
            total = max(total, embedded)
        case .embedded, .unchanged: break
        case .deadLetter: failed += 1
        case .excluded: excluded += 1
        }
        pending = max(0, pending - 1)
    }
}
