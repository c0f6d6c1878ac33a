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

    /// The text as the vocabulary spells it.
    func aligned(_ text: Substring.UnicodeScalarView) -> AlignedText

    /// How a piece of the vocabulary is spelled in an aligned text.
    func spelling(of piece: ArraySlice<UInt8>) -> ArraySlice<UInt8>

    /// The token of what the vocabulary does not have; nil when it has everything.
    var unknown: Int32? { get }
    /// Whether it stands for a whole word; otherwise for what is before the next token.
    var unknownIsWord: Bool { get }
}
