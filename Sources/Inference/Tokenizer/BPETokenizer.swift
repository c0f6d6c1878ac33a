/// Byte-level byte-pair encoding (GPT-2, RoBERTa, ModernBERT, Qwen): text is divided into words by a pattern, the bytes
/// of a word are merged pair by pair in the order in which the pairs were learned.
struct BPETokenizer: SegmentTokenizer {
    /// What two neighbouring tokens become, and when: pairs of lower rank first.
    struct Merge: Sendable {
        let rank: UInt32
        let token: Int32
    }

    /// Two neighbouring tokens.
    struct Pair: Hashable, Sendable {
        let left: Int32
        let right: Int32
    }

    let normalizer: CanonicalComposition?
    /// Found in the text after its normalization.
    let added: AddedTokens
    let pattern: WordPattern?
    /// Whether a text that does not begin with a space gets one.
    let addsSpace: Bool
    /// The token of each byte.
    let bytes: [Int32]
    let merges: [Pair: Merge]
    /// Words that are tokens whatever the merges say; nil when there are none.
    let wholeWords: TokenTrie?

    func append(
        _ text: Substring.UnicodeScalarView,
        isBeginning: Bool,
        until end: Int,
        to tokens: inout [Int32]
    ) {
        let text = Substring(text)
        let normalized = normalizer?.compose(text.unicodeScalars) ?? String(text)
        var symbols = MergeList()
        added.forEachSegment(of: normalized) { segment in
            switch segment {
            case .token(let id, _): tokens.append(id)
            case .text(let text): appendWords(of: text, until: end, with: &symbols, to: &tokens)
            }
            return tokens.count < end
        }
    }

    func aligned(_ text: Substring.UnicodeScalarView) -> AlignedText {
        var aligned = AlignedText(spacesSeparate: false)
        if let normalizer {
            normalizer.compose(text, into: &aligned)
        } else {
            text.forEachSlice { place, slice in aligned.append(slice[slice.startIndex], from: place) }
        }
        return aligned
    }

    func spelling(of piece: ArraySlice<UInt8>) -> ArraySlice<UInt8> { piece }

    var unknown: Int32? { nil }
    var unknownIsWord: Bool { false }

    private func appendWords(
        of text: Substring.UnicodeScalarView,
        until end: Int,
        with symbols: inout MergeList,
        to tokens: inout [Int32]
    ) {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.count + 1)
        if addsSpace, text.first != " " { scalars.append(" ") }
        scalars.append(contentsOf: text)
        var start = 0
        while start < scalars.count, tokens.count < end {
            let next = pattern?.endOfWord(in: scalars, from: start) ?? scalars.count
            appendWord(scalars[start..<next], with: &symbols, to: &tokens)
            start = next
        }
    }

    private func appendWord(
        _ word: ArraySlice<Unicode.Scalar>,
        with symbols: inout MergeList,
        to tokens: inout [Int32]
    ) {
        symbols.removeAll()
        var node: TokenTrie.Node? = wholeWords == nil ? nil : TokenTrie.root
        for scalar in word {
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                symbols.append(bytes[Int(byte)])
                if let place = node { node = wholeWords?.child(of: place, byte) }
            }
        }
        if let node, let token = wholeWords?.token(at: node) {
            tokens.append(token)
        } else {
            symbols.merge(by: merges)
            symbols.appendTokens(to: &tokens)
        }
    }
}
