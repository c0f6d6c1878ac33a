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
