import DequeModule

/// Requests by deadline, soonest first. Most come in that order already, so an insertion seldom moves anything.
/// Requests that ended earlier stay until they are at the front or outnumber the others.
struct DeadlineList: Sendable {
    private struct Entry: Sendable {
        var deadline: ContinuousClock.Instant
        var request: Int
    }

    private var entries: Deque<Entry> = []

    mutating func insert(_ deadline: ContinuousClock.Instant, _ request: Int) {
        var place = entries.count
        while place > 0, entries[place - 1].deadline > deadline { place -= 1 }
        entries.insert(Entry(deadline: deadline, request: request), at: place)
    }

    /// Entries held, those of ended requests included.
    var count: Int { entries.count }

    /// Drops ended requests once they outnumber those alive, so that the list stays in proportion.
    mutating func compact(alive: Int, isAlive: (Int) -> Bool) {
        guard entries.count > 2 * alive + 64 else { return }
        entries.removeAll { !isAlive($0.request) }
    }

    /// Drops ended requests from the front and gives the soonest deadline.
    mutating func soonest(isAlive: (Int) -> Bool) -> ContinuousClock.Instant? {
        while let first = entries.first, !isAlive(first.request) { entries.removeFirst() }
        return entries.first?.deadline
    }

    /// The requests whose deadline has come by then, ended ones among them.
    func due(at instant: ContinuousClock.Instant) -> [Int] {
        entries.prefix { $0.deadline <= instant }.map(\.request)
    }
}
