import EmbeddingCore

/// What this process itself did since the counts were read, so that they are right between two readings.
extension QueueStatistics {
    mutating func followClaim(of jobs: Int) {
        leased += jobs
        pending = max(pending, leased)
    }

    mutating func followWrite(of completion: JobCompletion, model: EmbeddingModel) {
        leased = max(0, leased - 1)
        switch completion.outcome {
        case .retry, .released: return
        case .embedded where completion.job.storedFingerprint != model.fingerprint: embedded = min(embedded + 1, total)
        case .embedded, .unchanged: break
        case .deadLetter: failed += 1
        case .excluded: excluded += 1
        }
        pending = max(0, pending - 1)
    }
}
