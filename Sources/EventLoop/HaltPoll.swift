/// How long a loop looks for events before it sleeps. Waking a core costs some 50 µs and cools its caches, so a wait that
/// is going to be as short as that is better spent looking. Grows while waits are short and ends with the first long one,
/// as Linux's governor `haltpoll` and KVM's `halt_poll_ns` do for the same reason.
struct HaltPoll {
    private static let first: Int64 = 25_000
    /// A wait up to this, in nanoseconds, counts as short.
    static let longest: Int64 = 200_000

    /// Nanoseconds; 0 is to sleep at once.
    private(set) var limit: Int64 = 0

    mutating func ended(afterWaiting nanoseconds: Int64) {
        limit = nanoseconds <= Self.longest ? min(Self.longest, max(Self.first, 2 * limit)) : 0
    }
}
