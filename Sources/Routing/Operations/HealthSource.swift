/// What the service knows of its own health, kept up to date in the background.
package protocol HealthSource: Sendable {
    /// The last known state; looks at nothing outside and does not wait.
    var snapshot: HealthSnapshot { get }
}

/// The health of the service at one moment.
package struct HealthSnapshot: Sendable, Hashable {
    package enum Readiness: Sendable, Hashable {
        case ready
        /// Why no traffic should come.
        case notReady(String)
    }

    package var database: ComponentHealth
    package var provider: ComponentHealth
    package var pipeline: ComponentHealth
    package var search: ComponentHealth
    package var readiness: Readiness
    /// Since the start of the process.
    package var uptime: Duration

    package init(
        database: ComponentHealth,
        provider: ComponentHealth,
        pipeline: ComponentHealth,
        search: ComponentHealth,
        readiness: Readiness,
        uptime: Duration
    ) {
        self.database = database
        self.provider = provider
        self.pipeline = pipeline
        self.search = search
        self.readiness = readiness
        self.uptime = uptime
    }

    /// Down with the database; degraded when anything else is not well.
    package var state: ComponentHealth.State {
        if database.state == .down { return .down }
        return [database, provider, pipeline, search].allSatisfy { $0.state == .ok } ? .ok : .degraded
    }
}

/// The health of one part.
package struct ComponentHealth: Sendable, Hashable {
    package enum State: String, Sendable { case ok, degraded, down }

    package var state: State
    /// For people, free of secrets; nil when there is nothing to say.
    package var detail: String?

    package init(_ state: State, _ detail: String? = nil) {
        self.state = state
        self.detail = detail
    }
}
