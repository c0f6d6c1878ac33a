/// How many rows there are, and how many of them have a vector of the model: a count, and what the change log tells since.
/// The ids of the log are made when a change is written and not when it is committed. So what the log says about the last
/// moments is read again each time, and the counts rest on what is older, which is all committed.
struct RowCounts {
    /// What entries of the log add up to.
    struct Change: Hashable {
        var total = 0
        var embedded = 0
        /// Vectors of the model that were written.
        var written = 0

        /// Takes in `count` entries of one kind.
        /// - Parameters:
        ///   - wasEmbedded: whether the rows had a vector of the model.
        ///   - isEmbedded: whether they have one now.
        mutating func add(_ kind: String, wasEmbedded: Bool, isEmbedded: Bool, count: Int) {
            switch kind {
            case "CREATE": total += count
            case "DELETE":
                total -= count
                if wasEmbedded { embedded -= count }
            case "EMBED":
                embedded += ((isEmbedded ? 1 : 0) - (wasEmbedded ? 1 : 0)) * count
                if isEmbedded { written += count }
            default: break
            }
        }

        static func + (a: Change, b: Change) -> Change {
            Change(total: a.total + b.total, embedded: a.embedded + b.embedded, written: a.written + b.written)
        }

        static func - (a: Change, b: Change) -> Change {
            Change(total: a.total - b.total, embedded: a.embedded - b.embedded, written: a.written - b.written)
        }
    }

    let fingerprint: String
    /// The id in the log before which its entries are in `settled`.
    private(set) var position: String
    private var settled: Change
    /// Of the entries from `position` on.
    private var recent: Change
    private let countedAt: ContinuousClock.Instant
    /// How long the count took.
    private let cost: Duration
    private var followedAt: ContinuousClock.Instant
    private var changedAt: ContinuousClock.Instant?

    /// How long a change may take from its entry in the log to its commit.
    static let settling = Duration.seconds(2)
    private static let longestRest = Duration.seconds(300)

    /// A count that was made in one snapshot with `recent`, the log's entries from `position` on.
    init(
        counted: Change,
        recent: Change,
        position: String,
        fingerprint: String,
        at now: ContinuousClock.Instant,
        cost: Duration
    ) {
        self.fingerprint = fingerprint
        self.position = position
        self.recent = recent
        self.cost = cost
        settled = counted - recent
        countedAt = now
        followedAt = now
        changedAt = recent == Change() ? nil : now
    }

    /// Takes in the log's entries between the positions, and those after `position`.
    mutating func follow(_ more: Change, recent: Change, position: String, at now: ContinuousClock.Instant) {
        if more != Change() || recent != self.recent { changedAt = now }
        settled = settled + more
        self.recent = recent
        self.position = position
        followedAt = now
    }

    private var sum: Change { settled + recent }

    /// Vectors of the model that were written since the first count, in so far as the log was followed.
    var written: Int { max(0, sum.written) }

    var total: Int { max(0, sum.total) }

    /// At most `total`, whatever was missed.
    var embedded: Int { min(max(0, sum.embedded), total) }

    /// Whether the rows are to be counted again: when the log no longer has what is asked for, when the numbers contradict
    /// each other, and when anything changed and then nothing for a while, since a long transaction may have been missed.
    /// - Parameter share: of the time that counting may take.
    func wantsCount(at now: ContinuousClock.Instant, share: Double) -> Bool {
        if now - followedAt > ChangeLog.retention / 2 { return true }
        guard now - countedAt > cost / share else { return false }
        if sum.total != total || sum.embedded != embedded { return true }
        guard let changedAt else { return false }
        return now - changedAt > Self.settling || now - countedAt > Self.longestRest
    }
}
