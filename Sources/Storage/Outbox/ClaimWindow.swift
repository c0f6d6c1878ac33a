import SurrealDB

/// From when on a claim looks for due jobs. An index keeps what jobs that are over left in it until the database tidies up,
/// and a claim walks over all of that to the first job that is due. So once a claim has met the end of the queue, those
/// after it look at what became due since then, and a while before for transactions that end late. Now and then one looks
/// at all, should a clock have been wrong.
struct ClaimWindow {
    static let overlap: Int64 = 60
    static let wholeInterval = Duration.seconds(60)
    private static let beginning = SurrealValue.datetime(seconds: 0, nanoseconds: 0)

    private var start = beginning
    private var wholeAt: ContinuousClock.Instant?

    /// Where the next claim begins.
    mutating func next(at now: ContinuousClock.Instant) -> SurrealValue {
        if let wholeAt, now - wholeAt < Self.wholeInterval { return start }
        wholeAt = now
        return Self.beginning
    }

    /// A claim found fewer jobs than it might have taken.
    /// - Parameter time: when it looked, by the database's clock.
    mutating func metEnd(at time: SurrealValue) {
        guard let (seconds, nanoseconds) = time.datetime else { return }
        start = .datetime(seconds: seconds - Self.overlap, nanoseconds: nanoseconds)
    }
}
