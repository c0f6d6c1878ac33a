import EventLoop
import HTTP

extension ConnectionMachine {
    /// What is to be done because time is up or the client went away.
    enum Expiry: Equatable {
        case none
        case close
        /// To be answered so, then closed.
        case refuse(Refusal)
        case abort
    }

    /// A connection that was in use so lately may have a request on its way when the server shuts down.
    private static let lastRequestGrace = Duration.milliseconds(100)

    /// When `expire` has something to say, if nothing happens before.
    var deadline: MonotonicInstant {
        let timeouts = configuration.timeouts
        if let outputRate {
            return outputRate.deadline(
                bytesPerSecond: timeouts.bytesPerSecond,
                grace: timeouts.writeStall,
                stall: timeouts.writeStall
            )
        }
        return closing == .no ? min(inputDeadline, halfClosedDeadline) : lingerDeadline
    }

    /// A client that continues sending looks for its answer later: closing on it would reset the connection.
    private var lingerDeadline: MonotonicInstant {
        let timeouts = configuration.timeouts
        guard let lingerStart, !isDraining else { return (lingerStart ?? since) + timeouts.linger }
        return min(since + timeouts.linger, lingerStart + timeouts.lingerLimit)
    }

    /// What to do at this time.
    mutating func expire(at now: MonotonicInstant) -> Expiry {
        guard now >= deadline else { return .none }
        if outputRate != nil { return .abort }
        if closing != .no { return .close }
        if now >= halfClosedDeadline { return .abort }
        switch input {
        case .head where parser.isBetweenRequests, .discarding: return .close
        case .complete: return .refuse(.responseTimeout)
        case .head, .planning, .body, .over: return output == .started ? .abort : .refuse(.timeout)
        }
    }

    /// Since when this connection has kept its place without making use of it: idle, or waiting for a client that
    /// sends or reads slowly. nil when it is the server's turn.
    var idleSince: MonotonicInstant? {
        if let outputRate { return outputRate.last }
        if closing != .no { return since }
        return switch input {
        case .head: since
        case .body: output == .none ? inputRate.last : nil
        case .discarding: inputRate.last
        case .planning, .complete, .over: nil
        }
    }

    private var inputDeadline: MonotonicInstant {
        let timeouts = configuration.timeouts
        switch input {
        case .head:
            guard parser.isBetweenRequests else { return since + timeouts.header }
            if isDraining { return since + Self.lastRequestGrace }
            return since + (hasServed ? timeouts.idle : timeouts.header)
        case .body, .discarding:
            if body?.isFull == true { return .distantFuture }
            return inputRate.deadline(
                bytesPerSecond: timeouts.bytesPerSecond,
                grace: timeouts.bodyGrace,
                stall: timeouts.bodyStall
            )
        case .complete: return output == .awaited ? since + timeouts.response : .distantFuture
        case .planning, .over: return .distantFuture
        }
    }

    /// A client that is gone shows when something is sent to it; until then its work is bounded in time.
    private var halfClosedDeadline: MonotonicInstant {
        guard let halfClosedSince, case .complete = input else { return .distantFuture }
        let timeouts = configuration.timeouts
        return halfClosedSince + (output == .started ? timeouts.idle : timeouts.halfClosed)
    }
}
