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
