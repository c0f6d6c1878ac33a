/// What routes and the command line see of the pipeline.
package protocol PipelineControl: Sendable {
    /// From counters in memory.
    var status: PipelineStatus { get }

    /// - Parameter key: the fingerprint of the key that does it.
    func pause(by key: String?) async throws(StoreError)
    func resume() async throws(StoreError)
    /// Looks for due jobs now rather than at the next poll.
    func wake()
}

/// The pipeline at a glance.
package struct PipelineStatus: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        case starting, idle, draining, paused
        /// Other replicas embed the rows with another model.
        case standby
        /// Waiting for the provider: limited, circuit open, or stopped by a permanent fault.
        case waiting
        /// The database does not answer.
        case disconnected
        case stopped
    }

    package var state: State
    package var model: EmbeddingModel?
    /// The model that other replicas embed the rows with, where it is not ours; its fingerprint first.
    package var otherModel: String?
    package var replicas: Replicas
    package var statistics: QueueStatistics
    /// Since the start of the process.
    package var processed: Int
    package var skippedUnchanged: Int
    /// Repos a second over the last half minute.
    package var ratePerSecond: Double
    package var provider: ProviderState
    /// Since when and by whom, while it is paused.
    package var pause: PipelinePause?

    package init(
        state: State = .starting,
        model: EmbeddingModel? = nil,
        otherModel: String? = nil,
        replicas: Replicas = Replicas(),
        statistics: QueueStatistics = QueueStatistics(),
        processed: Int = 0,
        skippedUnchanged: Int = 0,
        ratePerSecond: Double = 0,
        provider: ProviderState = .ready,
        pause: PipelinePause? = nil
    ) {
        self.state = state
        self.model = model
        self.otherModel = otherModel
        self.replicas = replicas
        self.statistics = statistics
        self.processed = processed
        self.skippedUnchanged = skippedUnchanged
        self.ratePerSecond = ratePerSecond
        self.provider = provider
        self.pause = pause
    }

    /// Seconds until the backlog is empty at the present rate; nil when it stands still or is empty.
    package var etaSeconds: Double? {
        guard statistics.pending > 0, ratePerSecond > 0 else { return nil }
        return Double(statistics.pending) / ratePerSecond
    }
}
