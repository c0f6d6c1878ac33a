/// Which transfers run and which wait: first come, first served within an origin, and origins take turns, so that a
/// slow one does not hold up the others.
struct TransferQueue<Element> {
    private struct Lane {
        var active = 0
        /// Oldest first, from `head` on; those before it are gone.
        var waiting: [Element?] = []
        var head = 0

        var isEmpty: Bool { head == waiting.count }

        mutating func pop() -> Element? {
            guard head < waiting.count else { return nil }
            defer {
                waiting[head] = nil
                head += 1
                if head == waiting.count || head > 64 && head * 2 > waiting.count {
                    waiting.removeFirst(head)
                    head = 0
                }
            }
            return waiting[head]
        }
    }

    enum Admission { case start, wait, full }

    let limit: Int
    let limitPerOrigin: Int
    let waitingLimit: Int
    private(set) var active = 0
    private(set) var waiting = 0
    private var lanes: [String: Lane] = [:]
    /// Origins with waiting elements, the next to be served first.
    private var turns: [String] = []

    init(limit: Int, limitPerOrigin: Int, waitingLimit: Int) {
        self.limit = max(1, limit)
        self.limitPerOrigin = max(1, limitPerOrigin)
        self.waitingLimit = max(0, waitingLimit)
    }

    /// Takes in an element that wants to run; the caller starts it when told so.
    mutating func admit(_ element: Element, origin: String) -> Admission {
        let lane = lanes[origin]
        if active < limit, (lane?.active ?? 0) < limitPerOrigin, lane?.isEmpty ?? true {
            active += 1
            lanes[origin, default: Lane()].active += 1
            return .start
        }
        guard waiting < waitingLimit else { return .full }
        if lane?.isEmpty ?? true { turns.append(origin) }
        lanes[origin, default: Lane()].waiting.append(element)
        waiting += 1
        return .wait
    }

    /// A running element is done.
    mutating func finish(origin: String) {
        active -= 1
        lanes[origin]?.active -= 1
        discardIfIdle(origin)
    }

    /// The next element that may start, if any; it counts as running from here on.
    mutating func next() -> Element? {
        guard active < limit else { return nil }
        guard let turn = turns.firstIndex(where: { (lanes[$0]?.active ?? 0) < limitPerOrigin }) else { return nil }
        let origin = turns.remove(at: turn)
        guard let element = lanes[origin]?.pop() else { return nil }
        if lanes[origin]?.isEmpty == false { turns.append(origin) }
        lanes[origin]?.active += 1
        active += 1
        waiting -= 1
        return element
    }

    /// Takes out the waiting elements that match, in no particular order.
    mutating func removeWaiting(where matches: (Element) -> Bool) -> [Element] {
        var removed: [Element] = []
        for origin in turns {
            guard var lane = lanes.removeValue(forKey: origin) else { continue }
            lane.waiting.removeFirst(lane.head)
            lane.head = 0
            lane.waiting.removeAll { element in
                guard let element, matches(element) else { return false }
                removed.append(element)
                return true
            }
            lanes[origin] = lane
        }
        turns.removeAll { lanes[$0]?.isEmpty ?? true }
        waiting -= removed.count
        for origin in Array(lanes.keys) { discardIfIdle(origin) }
        return removed
    }

    private mutating func discardIfIdle(_ origin: String) {
        if let lane = lanes[origin], lane.active == 0, lane.isEmpty { lanes[origin] = nil }
    }
}
