/// The file descriptors that the process may have open, dealt out once, at the start.
///
/// More must not be promised than there are: a runtime that cannot open a file ends the process (libdispatch looks at its
/// threads in `/proc`), and what cannot be opened fails somewhere where nobody expects it.
package struct DescriptorBudget: Equatable, Sendable {
    /// For the runtime, files, look-ups of names, and what waits to be closed.
    private static let reserve = 48
    /// A loop's poller and what wakes it.
    private static let perLoop = 2
    /// With fewer, next to nothing can be served.
    package static func least(loops: Int) -> Int { 112 + 8 * loops }

    /// What the process may have open.
    package var limit: Int
    /// Outbound connections of one client, of which there are two: to the database, and to the provider.
    package var outbound: Int
    /// Clients' connections to the service.
    package var service: Int
    /// Clients' connections to a monitoring port of its own; 0 without one.
    package var monitoring: Int

    /// - Parameters:
    ///   - limit: as `SystemSocket.raiseDescriptorLimit` gives it.
    ///   - connections: how many the service is to have at most.
    ///   - outbound: how many a client is to have at most.
    /// - Returns: nil when the limit is below the least.
    package init?(limit: Int, loops: Int, connections: Int, outbound: Int = 256, hasMonitoringPort: Bool) {
        guard limit >= Self.least(loops: loops) else { return nil }
        self.limit = limit
        let free = limit - Self.reserve - loops * Self.perLoop
        self.outbound = max(1, min(outbound, free / 8))
        let forMonitoring = hasMonitoringPort ? min(256, free / 8) : 0
        monitoring = hasMonitoringPort ? Self.connections(of: forMonitoring, loops) : 0
        let rest = free - 2 * self.outbound - forMonitoring
        service = min(connections, Self.connections(of: rest, loops))
    }

    /// How many connections so many descriptors are enough for: an eighth more are told that there are too many, and an
    /// eighth more are on their way to a loop, at least one of both on each.
    private static func connections(of descriptors: Int, _ loops: Int) -> Int {
        max(1, (descriptors - 3 * loops) * 4 / 5)
    }
}
