/// A word as a number: that two of 100,000 words get the same one has a likelihood of two thirds, and all that comes of
/// it is a repo that is found, or ranks a little better, for a word that it has not.
struct WordHash: Hashable, Sendable {
    let value: UInt32

    /// FNV-1a, folded to half its length (http://www.isthe.com/chongo/tech/comp/fnv/): the same in every process, since
    /// the ranking is trained in another than it is used in.
    init(_ word: some StringProtocol) {
        let hash = word.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        value = UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
