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
        if needsOrdering, options.stripsAccents { order(&scalars) }
    }

    /// Whether stripping accents removes the normalized scalar of these properties.
    @inline(__always)
    func isDropped(_ properties: ScalarProperties) -> Bool {
        options.stripsAccents && properties.contains(.mark)
    }

    /// Canonical ordering: stable, within each run of scalars of a combining class other than 0. Only scalars that
    /// combine without being nonspacing marks can show it, since the marks are dropped afterwards.
    private func order(_ scalars: inout [UInt32]) {
        var start = 0
        while start < scalars.count {
            guard table.properties(of: scalars[start]).combiningClass != 0 else {
                start += 1
                continue
            }
            var end = start + 1
            while end < scalars.count, table.properties(of: scalars[end]).combiningClass != 0 { end += 1 }
            let run = scalars[start..<end].map { ($0, table.properties(of: $0).combiningClass) }
            scalars.replaceSubrange(start..<end, with: run.sorted { $0.1 < $1.1 }.map(\.0))
            start = end
        }
    }
}
