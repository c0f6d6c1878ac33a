/// What the service knows of its own health, kept up to date in the background.
package protocol HealthSource: Sendable {
    /// The last known state; looks at nothing outside and does not wait.
    var snapshot: HealthSnapshot { get }
}
