import HeapModule

/// The requests of one priority in the order in which they would end if all were served side by side at equal shares
/// (fair sojourn): each ends no later than under equal shares, a small one overtakes a large one, equal ones keep their
/// order, and a large one is not put off for ever because its turn comes nearer with everything served.
struct FairLane: Sendable {
    private struct Turn: Comparable, Sendable {
        /// Virtual time at which the request would end.
        var end: Double
        var request: Int

        static func < (left: Self, right: Self) -> Bool { (left.end, left.request) < (right.end, right.request) }
    }

    private var turns = Heap<Turn>()
    /// Texts each request would have got so far, had all been served side by side from the start.
    private var virtualTime = 0.0

    /// - Returns: the virtual end, for `Request`.
    mutating func add(_ request: Int, texts: Int) -> Double {
        let end = virtualTime + Double(texts)
        turns.insert(Turn(end: end, request: request))
        return end
    }

    /// Where a request of so many texts would stand.
    func end(ofTexts texts: Int) -> Double { virtualTime + Double(texts) }

    /// Entries held, those of ended requests included.
    var count: Int { turns.count }

    /// Drops ended requests once they outnumber those alive.
    mutating func compact(alive: Int, isAlive: (Int) -> Bool) {
        guard turns.count > 2 * alive + 64 else { return }
        turns = Heap(turns.unordered.filter { isAlive($0.request) })
    }

    /// Takes the first request out; `restore` puts it back.
    mutating func removeFirst() -> (request: Int, end: Double)? {
        turns.popMin().map { ($0.request, $0.end) }
    }

    mutating func restore(_ request: Int, end: Double) { turns.insert(Turn(end: end, request: request)) }

    /// So many texts have been sent, shared by the requests that are here.
    mutating func served(_ texts: Int) { virtualTime += Double(texts) / Double(max(1, turns.count)) }
}
