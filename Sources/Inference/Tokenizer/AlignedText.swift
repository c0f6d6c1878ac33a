/// Text as a vocabulary spells it, and where in the original each byte of it comes from.
struct AlignedText {
    private(set) var bytes: [UInt8] = []
    /// For each byte the place of its scalar in the original.
    private(set) var sources: [Int32] = []
    /// Whether spaces stand between words and belong to no token.
    let spacesSeparate: Bool

    init(spacesSeparate: Bool) { self.spacesSeparate = spacesSeparate }

    mutating func append(_ scalar: Unicode.Scalar, from source: Int) {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            bytes.append(byte)
            sources.append(Int32(truncatingIfNeeded: source))
        }
    }

    /// A space, unless there is one already.
    mutating func separate(from source: Int) {
        if bytes.last != UInt8(ascii: " ") { append(" ", from: source) }
    }

    /// What was appended last comes from there as well.
    mutating func move(to source: Int) {
        if !sources.isEmpty { sources[sources.count - 1] = Int32(truncatingIfNeeded: source) }
    }
}

extension Substring.UnicodeScalarView {
    /// Calls `body` with each scalar's place and slice.
    func forEachSlice(_ body: (Int, Substring.UnicodeScalarView) -> Void) {
        var start = startIndex
        var place = 0
        while start < endIndex {
            let end = index(after: start)
            body(place, self[start..<end])
            start = end
            place += 1
        }
    }
}
