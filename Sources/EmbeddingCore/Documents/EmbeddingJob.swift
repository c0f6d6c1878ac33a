/// A document whose embedding is due, as claimed from the queue under a lease.
package struct EmbeddingJob: Sendable, Hashable {
    package var document: Document
    /// This attempt included: 1 on the first.
    package var attempts: Int
    /// Whether the text is embedded although it did not change.
    package var isForced: Bool
    /// What the stored vector was made with; nil without one.
    package var storedFingerprint: String?
    package var storedTextHash: String?
    /// The vector of a row without fingerprint that did not change since; nil unless the queue was asked for such.
    package var unattributed: UnattributedVector?

    package init(
        document: Document,
        attempts: Int,
        isForced: Bool = false,
        storedFingerprint: String? = nil,
        storedTextHash: String? = nil,
        unattributed: UnattributedVector? = nil
    ) {
        self.document = document
        self.attempts = attempts
        self.isForced = isForced
        self.storedFingerprint = storedFingerprint
        self.storedTextHash = storedTextHash
        self.unattributed = unattributed
    }

    package var id: DocumentID { document.id }
}

/// Names one claim; a job written by a later claim is no longer ours.
package struct ClaimToken: Sendable, Hashable {
    package let value: String

    package init(_ value: String) { self.value = value }
}

/// What became of a claimed job.
package enum JobOutcome: Sendable, Hashable {
    /// Store the vector and end the job.
    case embedded(Embedding)
    /// Text and model are those of the stored vector: end the job.
    case unchanged
    /// Try again after the delay; the attempt counts.
    case retry(after: Duration, error: String)
    /// Give up until the document changes or somebody retries it.
    case deadLetter(error: String)
    /// A private document that must not go to an outside provider: parked, not failed.
    case excluded
    /// Give the job back after the delay; the attempt does not count.
    case released(after: Duration)
}

/// One job with its outcome.
package struct JobCompletion: Sendable, Hashable {
    package var job: EmbeddingJob
    package var outcome: JobOutcome

    package init(job: EmbeddingJob, outcome: JobOutcome) {
        self.job = job
        self.outcome = outcome
    }
}
