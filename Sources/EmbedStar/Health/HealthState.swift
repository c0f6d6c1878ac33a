import EmbeddingCore

/// What is known of the database and of our own life; turned into a snapshot without looking anywhere.
struct HealthState: Sendable {
    enum Change: Equatable { case lost(String), regained }

    private static let thresholds = HealthThresholds.standard

    /// Why the schema does not stand; nil when it does.
    private(set) var schemaFault: String? = "the schema is not in place yet"
    private var hasStood = false
    var isShuttingDown = false
    private(set) var lastAnswer: ContinuousClock.Instant?
    private(set) var fault: String?

    /// Whether it did at the last probe.
    var databaseAnswers: Bool { lastAnswer != nil && fault == nil }

    /// The schema is in place; readiness rests on the database from now on.
    mutating func schemaStands() {
        schemaFault = nil
        hasStood = true
    }

    /// - Returns: whether it stood until now.
    mutating func schemaFell(_ reason: String) -> Bool {
        defer { schemaFault = reason }
        return schemaFault == nil
    }

    /// Takes the result of a probe: nil when the database answered.
    /// - Returns: what changed by it.
    mutating func note(_ newFault: String?, at now: ContinuousClock.Instant) -> Change? {
        let oldFault = fault
        fault = newFault
        if newFault == nil { lastAnswer = now }
        switch (oldFault, newFault) {
        case (nil, let reason?): return .lost(reason)
        case (.some, nil): return .regained
        default: return nil
        }
    }

    func snapshot(
        provider: ProviderState,
        pipeline: PipelineStatus,
        search: ComponentHealth,
        uptime: Duration,
        now: ContinuousClock.Instant
    ) -> HealthSnapshot {
        let database = database(at: now)
        return HealthSnapshot(
            database: database,
            provider: Self.health(of: provider, now: now),
            pipeline: Self.health(of: pipeline).limited(by: database),
            search: search.limited(by: database),
            readiness: readiness(database, provider),
            uptime: uptime
        )
    }

    private func database(at now: ContinuousClock.Instant) -> ComponentHealth {
        guard let lastAnswer else { return ComponentHealth(.down, fault ?? "it was not reached yet") }
        let silence = now - lastAnswer
        // At a first start the schema is still to be made.
        let known = fault ?? (hasStood ? schemaFault : nil)
        guard known != nil || silence > Self.thresholds.degradedAfter else { return ComponentHealth(.ok) }
        let reason = known ?? "no answer for \(silence.components.seconds) s"
        return ComponentHealth(silence > Self.thresholds.downAfter ? .down : .degraded, reason)
    }

    private func readiness(
        _ database: ComponentHealth,
        _ provider: ProviderState
    ) -> HealthSnapshot.Readiness {
        if isShuttingDown { return .notReady("shutting down") }
        if database.state == .down { return .notReady("database: \(database.detail ?? "down")") }
        if let schemaFault { return .notReady(schemaFault) }
        if case .preparing(let progress) = provider { return .notReady(progress) }
        return .ready
    }

    private static func health(of provider: ProviderState, now: ContinuousClock.Instant) -> ComponentHealth {
        switch provider {
        case .ready: ComponentHealth(.ok)
        case .preparing(let progress): ComponentHealth(.down, progress)
        case .limited(let until):
            ComponentHealth(.degraded, "rate limit reached, for another \(wholeSeconds(until - now)) s")
        case .open(let until):
            ComponentHealth(.down, "fails; next attempt in \(wholeSeconds(until - now)) s")
        case .stopped(let error): ComponentHealth(.down, error.message)
        }
    }

    private static func health(of pipeline: PipelineStatus) -> ComponentHealth {
        switch pipeline.state {
        case .starting, .idle, .draining:
            pipeline.statistics.failed == 0
                ? ComponentHealth(.ok) : ComponentHealth(.degraded, "\(pipeline.statistics.failed) repos failed")
        case .paused: ComponentHealth(.degraded, "paused")
        case .standby:
            ComponentHealth(
                .degraded,
                "embeds no repos: other replicas do it with \(pipeline.otherModel ?? "another model"), this one has "
                    + (pipeline.model?.fingerprint ?? "another")
            )
        case .waiting: ComponentHealth(.degraded, "waiting for the provider")
        case .disconnected: ComponentHealth(.down, "waiting for the database")
        case .stopped: ComponentHealth(.down, "stopped")
        }
    }

    private static func wholeSeconds(_ duration: Duration) -> Int64 { max(0, duration.components.seconds) }
}

extension ComponentHealth {
    /// What needs the database is not well while that is not.
    fileprivate func limited(by database: ComponentHealth) -> ComponentHealth {
        guard state == .ok, database.state != .ok else { return self }
        return ComponentHealth(.degraded, "the database does not answer")
    }
}
