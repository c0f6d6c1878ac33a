/// Hugging Face's `BertNormalizer`: cleans text, sets ideographs apart, strips accents, lowercases.
struct BertNormalizer: Sendable {
    /// The normalizer's fields in `tokenizer.json`.
    struct Options: Sendable, Hashable {
        var cleansText = true
        var separatesIdeographs = true
        var stripsAccents = true
        var lowercases = true
    }

    let options: Options
    let table: ScalarTable

    init(_ options: Options) {
        self.options = options
        table = ScalarTable(decomposes: options.stripsAccents, lowercases: options.lowercases)
    }

    /// The scalars of `text`, normalized but for its accents: they stay as marks, so that they take part in canonical
    /// ordering, and `isDropped` tells them.
    func normalize(_ text: Substring.UnicodeScalarView, into scalars: inout [UInt32]) {
        var needsOrdering = false
        for scalar in text {
            let value = scalar.value
            let properties = table.properties(of: value)
            if properties.rawValue == 0 {
                if options.stripsAccents, let hangul = ScalarTable.decomposeHangul(value) {
                    scalars.append(hangul.lead)
                    scalars.append(hangul.vowel)
                    if let tail = hangul.tail { scalars.append(tail) }
                } else {
                    scalars.append(value)
                }
                continue
            }
            if options.cleansText {
                if properties.contains(.control) { continue }
                if properties.contains(.whitespace) {
                    scalars.append(0x20)
                    continue
                }
            }
            let isApart = options.separatesIdeographs && properties.contains(.ideograph)
            if isApart { scalars.append(0x20) }
            if properties.replacement == 0 {
                scalars.append(value)
            } else {
                scalars.append(contentsOf: table.replacement(properties))
            }
            if isApart { scalars.append(0x20) }
            if properties.combiningClass != 0, !properties.contains(.mark) { needsOrdering = true }
        }
        // Only scalars that combine without being nonspacing marks can show it: the marks are dropped afterwards.
        if needsOrdering, options.stripsAccents { table.order(&scalars) }
    }

    /// Whether stripping accents removes the normalized scalar of these properties.
    @inline(__always)
    func isDropped(_ properties: ScalarProperties) -> Bool {
        options.stripsAccents && properties.contains(.mark)
    }

    /// The text that normalized scalars are.
    func string(_ scalars: [UInt32]) -> String {
        var view = String.UnicodeScalarView()
        for scalar in scalars where !isDropped(table.properties(of: scalar)) {
            if let scalar = Unicode.Scalar(scalar) { view.append(scalar) }
        }
        return String(view)
    }

    /// A token that is looked for in normalized text.
    func normalize(_ token: AddedTokens.Token) -> AddedTokens.Token {
        var scalars: [UInt32] = []
        normalize(Substring(token.content).unicodeScalars, into: &scalars)
        return AddedTokens.Token(
            content: string(scalars),
            id: token.id,
            stripsLeft: token.stripsLeft,
            stripsRight: token.stripsRight
        )
    }
}
