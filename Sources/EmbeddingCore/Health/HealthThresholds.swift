/// How long a silence must last until health says so.
package struct HealthThresholds: Sendable, Hashable {
    /// Time between two probes of the database.
    package var probeInterval: Duration
    /// Silence of the database after which it counts as degraded.
    package var degradedAfter: Duration
    /// Silence of the database after which it counts as down, and readiness is withdrawn.
    package var downAfter: Duration
    /// Time without progress in the process itself after which liveness is withdrawn: a turn of a loop takes microseconds,
    /// but a machine that is short of processors may hold one up for seconds.
    package var stalledAfter: Duration

    package static let standard = HealthThresholds(
        probeInterval: .seconds(1),
        degradedAfter: .seconds(2),
        downAfter: .seconds(10),
        stalledAfter: .seconds(10)
    )
}
