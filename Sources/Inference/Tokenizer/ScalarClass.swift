/// What a pattern of words tells apart, by the Unicode version of Hugging Face's `tokenizers`.
enum ScalarClass: UInt8 {
    case other
    /// General category L.
    case letter
    /// General category N.
    case number
    /// White space.
    case space

    /// Of the scalars up to U+FFFF one each, of the others by range.
    private static let low: [ScalarClass] = {
        var classes = [ScalarClass](repeating: .other, count: 0x10000)
        for range in ranges where range.first < 0x10000 {
            for scalar in range.first...min(range.last, 0xFFFF) { classes[Int(scalar)] = range.kind }
        }
        return classes
    }()

    private static let ranges: [(first: UInt32, last: UInt32, kind: ScalarClass)] = stride(
        from: 0,
        to: WordTables.ranges.count,
        by: 3
    ).map {
        (
            WordTables.ranges[$0], WordTables.ranges[$0 + 1],
            ScalarClass(rawValue: UInt8(WordTables.ranges[$0 + 2])) ?? .other
        )
    }

    init(_ scalar: Unicode.Scalar) {
        self = scalar.value < 0x10000 ? Self.low[Int(scalar.value)] : Self.high(scalar.value)
    }

    private static func high(_ scalar: UInt32) -> ScalarClass {
        var (start, end) = (0, ranges.count)
        while start < end {
            let middle = (start + end) / 2
            if ranges[middle].last < scalar { start = middle + 1 } else { end = middle }
        }
        return start < ranges.count && ranges[start].first <= scalar ? ranges[start].kind : .other
    }
}
