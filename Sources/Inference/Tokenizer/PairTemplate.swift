/// The special tokens around two texts.
struct PairTemplate: Sendable, Hashable {
    var before: [Int32] = []
    var between: [Int32] = []
    var after: [Int32] = []

    var count: Int { before.count + between.count + after.count }

    /// How many tokens of each text are kept of so many; the longer is cut first.
    static func share(_ first: Int, _ second: Int, of room: Int) -> (first: Int, second: Int) {
        guard first + second > room else { return (first, second) }
        let (shorter, longer) = (min(first, second), max(first, second))
        let kept = shorter <= room / 2 ? (shorter, min(longer, room - shorter)) : (room / 2, room - room / 2)
        return first <= second ? kept : (kept.1, kept.0)
    }
}
