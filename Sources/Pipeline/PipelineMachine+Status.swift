import EmbeddingCore

extension PipelineMachine {
    /// The pipeline at a glance, `provider` being the service's own view.
    mutating func status(provider: ProviderState) -> PipelineStatus {
        PipelineStatus(
            state: state,
            model: model,
            otherModel: tenure.other,
            replicas: replicas,
            statistics: survey.statistics,
            processed: counts.written,
            skippedUnchanged: counts.unchanged,
            ratePerSecond: rate.rate(at: now),
            provider: provider,
            pause: pause
        )
    }

    private var state: PipelineStatus.State {
        if isFinished { return .stopped }
        if storeFault != nil { return .disconnected }
        if providerFault != nil { return .waiting }
        if model == nil || !survey.isKnown { return .starting }
        if isPaused { return .paused }
        if tenure.other != nil { return .standby }
        return leases.isEmpty ? .idle : .draining
    }
}
