/// A vocabulary with its rules of normalising and dividing text.
protocol SegmentTokenizer: Sendable {
    /// Appends the tokens of text without added tokens, at least until there are `end`.
    /// - Parameter isBeginning: whether nothing stands before it.
    func append(
        _ text: Substring.UnicodeScalarView,
        isBeginning: Bool,
        until end: Int,
        to tokens: inout [Int32]
    )
}
