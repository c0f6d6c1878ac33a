/// What lives on a loop: it learns of events and of the time, always on the loop.
package protocol EventLoopTenant: AnyObject {
    /// Something became possible on a descriptor that this tenant has watched. One that it has closed in the same turn may
    /// still be told about.
    func handle(_ readiness: Readiness, of token: UInt64)

    /// Called once a turn, after its events and jobs: the place for what is due by the clock, and for what gives others
    /// their turn first.
    func endTurn()

    /// When `endTurn` is to be called at the latest; `.distantFuture` when there is nothing to wait for.
    var wakeTime: MonotonicInstant { get }

    /// Whether input may come within microseconds, so that it is worth being awake for it.
    var expectsInput: Bool { get }

    /// The loop ended: nothing will happen any more.
    func loopEnded()
}

/// Names a tenant to its loop.
package struct TenantID: Sendable {
    let index: Int
}
