import SurrealDB

/// Follows the building of an index through `INFO FOR INDEX`. A database that ends while it builds says `ready` after
/// its restart of an index that holds the rows it had come to, and only the missing count of rows betrays it.
struct IndexBuildWatch: Sendable {
    enum Progress: Hashable {
        case building
        case complete
        /// What was built is a part only.
        case interrupted
        case failed(String)
    }

    /// Whether this process defined the index.
    let startedHere: Bool
    private var hasCounted = false
    private var last: (building: SurrealValue, since: ContinuousClock.Instant)?

    /// A build that does not move for so long has nobody who builds: SurrealDB 3 keeps its state when it ends.
    static let stall = Duration.seconds(60)

    init(startedHere: Bool) { self.startedHere = startedHere }

    mutating func observe(_ info: SurrealValue, at now: ContinuousClock.Instant = .now) -> Progress {
        let building = info["building"]
        let isCounted = building["initial"].int != nil
        defer { hasCounted = hasCounted || isCounted }
        if last?.building != building { last = (building, now) }
        switch building["status"].string {
        case "ready": return isCounted || (startedHere && !hasCounted) ? .complete : .interrupted
        case "error", "aborted": return .failed(building["error"].string ?? "the database abandoned it")
        default: return last.map { now - $0.since >= Self.stall } == true ? .interrupted : .building
        }
    }
}
