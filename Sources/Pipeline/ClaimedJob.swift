import EmbeddingCore

/// A claimed job whose text has to be embedded.
struct ClaimedJob: Sendable {
    let job: EmbeddingJob
    let token: ClaimToken
}

/// Texts that are with the provider.
struct TextBatch: Sendable {
    let jobs: [ClaimedJob]
    /// The model in use when they were sent.
    let model: EmbeddingModel
}

/// Outcomes written together.
struct OutcomeWrite: Sendable {
    var completions: [JobCompletion]
    let token: ClaimToken
    let model: EmbeddingModel
}

/// What is still to be done under one claim.
struct Lease: Sendable {
    var expires: ContinuousClock.Instant
    /// When the renewal under way was sent.
    var renewingSince: ContinuousClock.Instant?
    /// Jobs without an outcome yet.
    var undecided: Int
    /// Jobs whose outcome is not written yet, the undecided ones included.
    var inHand: Int
    /// Outcomes that wait to be written, and since when.
    var outcomes: [JobCompletion] = []
    var waitingSince: ContinuousClock.Instant?
}
