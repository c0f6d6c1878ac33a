/// Which letters a word has, to tell in an instant that two words are not alike: one bit for each letter of the English
/// alphabet and each digit, and the rest for all others together.
struct LetterSet {
    private let bits: UInt64

    init(_ word: some Sequence<UInt8>) {
        bits = word.reduce(into: 0) { set, byte in
            switch byte {
            case 0x61...0x7A: set |= 1 << UInt64(byte - 0x61)
            case 0x30...0x39: set |= 1 << UInt64(byte - 0x30 + 26)
            default: set |= 1 << UInt64(36 + byte % 28)
            }
        }
    }

    func isSubset(of other: Self) -> Bool { bits & ~other.bits == 0 }

    /// Whether the words may be `slips` apart: each slip changes at most two letters of the set.
    func mayBe(_ slips: Int, from other: Self) -> Bool { (bits ^ other.bits).nonzeroBitCount <= 2 * slips }
}
