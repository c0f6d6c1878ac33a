/// What the tokenizer needs to know of one Unicode scalar, in one word.
struct ScalarProperties: OptionSet, Sendable {
    let rawValue: UInt32

    /// Control, format, private use: cleaning drops it.
    static let control = ScalarProperties(rawValue: 1)
    static let whitespace = ScalarProperties(rawValue: 2)
    static let punctuation = ScalarProperties(rawValue: 4)
    /// A CJK ideograph: a word of its own.
    static let ideograph = ScalarProperties(rawValue: 8)
    /// A nonspacing mark (category Mn).
    static let mark = ScalarProperties(rawValue: 16)

    /// The canonical combining class.
    var combiningClass: UInt32 { rawValue >> 8 & 0xFF }

    /// Where the scalar's replacement stands in the table; 0 when it stands for itself.
    var replacement: Int { Int(rawValue >> 16) }
}
