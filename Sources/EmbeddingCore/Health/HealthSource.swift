/// What the service knows of its own health, kept up to date in the background.
package protocol HealthSource: Sendable {
    /// The last known state; looks at nothing outside and does not wait.
    var snapshot: HealthSnapshot { get }

    /// What of the process makes no progress, so that only a restart helps; nil when all does.
    var stall: String? { get }
}
