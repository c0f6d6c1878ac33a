/// How many texts a provider takes in one call, learned from calls that failed while both of their halves went well: some
/// servers have a limit that no answer names. It is searched for between what went well and what did not, and looked for
/// again after a while.
struct BatchLimit: Sendable, Hashable {
    typealias Instant = ContinuousClock.Instant

    /// How long a limit is believed: the server may be another one by then.
    static let lifetime = Duration.seconds(3600)

    /// The most that went well since a limit is known.
    private var good = 1
    /// The fewest that did not.
    private var bad: Int?
    private var learned: Instant?
    /// A number that failed once without a refusal, which may have been chance.
    private var suspect: Int?

    /// How many of so many texts that were put together before the limit was known may be sent; nil for all.
    func cut(of count: Int) -> Int? { bad.flatMap { count >= $0 ? good : nil } }

    /// Texts in the next call.
    func size(upTo most: Int) -> Int {
        guard let bad, bad <= most else { return most }
        return max(1, (good + bad) / 2)
    }

    mutating func took(_ count: Int) {
        good = max(good, count)
        if let current = suspect, count >= current { suspect = nil }
        if let current = bad, count >= current { bad = nil }
    }

    /// A call of so many failed, its halves did not.
    /// - Parameter certainly: whether it was refused, not only without an answer.
    mutating func refused(_ count: Int, certainly: Bool, at now: Instant) {
        guard certainly || bad != nil || suspect.map({ count <= $0 * 2 }) == true else {
            suspect = count
            return
        }
        bad = min(bad ?? count, count)
        good = min(good, count - 1)
        suspect = nil
        learned = now
    }

    /// Forgets a limit that is old.
    mutating func expire(at now: Instant) {
        guard let learned, now - learned > Self.lifetime else { return }
        self = BatchLimit()
    }
}

/// A call that was divided, until both halves have ended.
struct Division: Sendable, Hashable {
    let texts: Int
    /// Whether the provider refused it.
    let isRefusal: Bool
    var halves = 2
    var areGood = true
}
