/// Hugging Face's tokenizer of XLM-RoBERTa: SentencePiece's normalization, a mark for each space, and the most probable
/// sequence of pieces for each word.
struct UnigramTokenizer: SegmentTokenizer {
    /// How the file prepares text for the model.
    struct Options: Sendable, Hashable {
        /// Whether runs of spaces become one space after the normalization.
        var joinsSpaces = false
        /// Whether words are split at any white space rather than at spaces.
        var splitsWhitespace = false
        /// Whether every part of the text begins with a mark, or only its beginning.
        var marksEveryPart = true
    }

    /// U+2581, which stands for a space.
    private static let mark: [UInt8] = [0xE2, 0x96, 0x81]
    /// How much less probable than the rarest piece an unknown scalar is, as a logarithm.
    private static let unknownPenalty = 10.0

    private let normalizer: PrecompiledNormalizer?
    private let options: Options
    /// Found in the text after its normalization.
    private let added: AddedTokens
    private let trie: TokenTrie
    private let scores: [Double]
    private let unknownID: Int32
    private let unknownScore: Double

    init(
        normalizer: PrecompiledNormalizer?,
        options: Options,
        added: AddedTokens,
        vocabulary: [(piece: String, score: Double)],
        unknown: Int32
    ) throws(InferenceError) {
        self.normalizer = normalizer
        self.options = options
        self.added = added
        unknownID = unknown
        scores = vocabulary.map(\.score)
        unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
        var trie = TokenTrie(minimumCapacity: vocabulary.count * 6)
        for (index, entry) in vocabulary.enumerated() where !entry.piece.isEmpty {
            guard trie.insert(entry.piece.utf8, token: Int32(index)) else {
                throw InferenceError(.unsupportedModel, "the vocabulary is too large")
            }
        }
        self.trie = trie
    }

    func append(
        _ text: Substring.UnicodeScalarView,
        isBeginning: Bool,
        until end: Int,
        to tokens: inout [Int32]
    ) {
        let bytes = normalizer?.normalize(text) ?? Array(Substring(text).utf8)
        var isBeginning = isBeginning
        added.forEachSegment(of: String(decoding: bytes, as: UTF8.self)) { segment in
            switch segment {
            case .token(let id, _): tokens.append(id)
            case .text(let text): appendWords(of: text, isBeginning: isBeginning, until: end, to: &tokens)
            }
            isBeginning = false
            return tokens.count < end
        }
    }

    func aligned(_ text: Substring.UnicodeScalarView) -> AlignedText {
        var aligned = AlignedText(spacesSeparate: options.splitsWhitespace)
        forEachNormalized(text) { scalar, place in
            let isSpace = scalar == " " || scalar == "\u{2581}"
            if options.splitsWhitespace, scalar.properties.isWhitespace {
                aligned.separate(from: place)
            } else if options.joinsSpaces, scalar == " ", aligned.bytes.last == UInt8(ascii: " ") {
                aligned.move(to: place)
            } else {
                aligned.append(isSpace ? " " : scalar, from: place)
            }
        }
        return aligned
    }

    /// The scalars of the normalized text with where they come from.
    private func forEachNormalized(_ text: Substring.UnicodeScalarView, _ body: (Unicode.Scalar, Int) -> Void) {
        guard let normalizer else {
            return text.forEachSlice { place, slice in body(slice[slice.startIndex], place) }
        }
        var start = 0
        func replace(_ part: Substring.UnicodeScalarView, count: Int) {
            let scalars = String(decoding: normalizer.normalize(part), as: UTF8.self).unicodeScalars
            for (index, scalar) in scalars.enumerated() { body(scalar, start + min(index, count - 1)) }
            start += count
        }
        let text = Substring(text)
        var index = text.startIndex
        while index < text.endIndex {
            let end = text.index(after: index)
            let cluster = text[index..<end]
            if cluster.utf8.count > PrecompiledNormalizer.longestCluster {
                cluster.unicodeScalars.forEachSlice { _, slice in replace(slice, count: 1) }
            } else {
                replace(cluster.unicodeScalars, count: cluster.unicodeScalars.count)
            }
            index = end
        }
    }

    func spelling(of piece: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var spelled: [UInt8] = []
        var rest = piece
        while let first = rest.first {
            let isMark = rest.starts(with: Self.mark)
            spelled.append(isMark ? UInt8(ascii: " ") : first)
            rest = rest.dropFirst(isMark ? Self.mark.count : 1)
        }
        return spelled[...]
    }

    var unknown: Int32? { unknownID }
    var unknownIsWord: Bool { false }

    private func appendWords(
        of text: Substring.UnicodeScalarView,
        isBeginning: Bool,
        until end: Int,
        to tokens: inout [Int32]
    ) {
        let marks = options.marksEveryPart || isBeginning
        var word: [UInt8] = []
        var lastWasSpace = false
        for scalar in text {
            let isSpace = scalar == " "
            if options.splitsWhitespace, scalar.properties.isWhitespace {
                appendPieces(of: &word, to: &tokens)
            } else if isSpace {
                if options.joinsSpaces, lastWasSpace { continue }
                appendPieces(of: &word, to: &tokens)
                word = Self.mark
            } else {
                if scalar == "\u{2581}" {
                    appendPieces(of: &word, to: &tokens)
                } else if word.isEmpty, marks {
                    word = Self.mark
                }
                word.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
            lastWasSpace = isSpace
            if tokens.count >= end { return }
        }
        appendPieces(of: &word, to: &tokens)
    }

    /// Viterbi's algorithm over the places between the scalars of one word.
    private func appendPieces(of word: inout [UInt8], to tokens: inout [Int32]) {
        guard !word.isEmpty else { return }
        var best = [Arrival](repeating: Arrival(), count: word.count + 1)
        best[0] = Arrival(score: 0, start: 0)
        var place = 0
        while place < word.count {
            let width = Self.width(of: word[place])
            var hasScalar = false
            var node = TokenTrie.root
            var index = place
            while index < word.count, let child = trie.child(of: node, word[index]) {
                node = child
                index += 1
                guard let token = trie.token(at: node) else { continue }
                if index - place == width { hasScalar = true }
                best[index].improve(score: best[place].score + scores[Int(token)], start: place, token: token)
            }
            if !hasScalar {
                let next = min(place + width, word.count)
                best[next].improve(score: best[place].score + unknownScore, start: place, token: unknownID)
            }
            place += width
        }
        appendPath(to: best, &tokens)
        word.removeAll(keepingCapacity: true)
    }

    /// The tokens on the way to the end; neighbouring unknown ones are one.
    private func appendPath(to best: [Arrival], _ tokens: inout [Int32]) {
        var path: [Int32] = []
        var place = best.count - 1
        while place > 0 {
            let arrival = best[place]
            if arrival.token != unknownID || path.last != unknownID { path.append(arrival.token) }
            place = arrival.start
        }
        tokens.append(contentsOf: path.reversed())
    }

    /// Bytes of the scalar that begins with `byte`.
    private static func width(of byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }

    /// The best way to a place in a word: the piece that ends there, and where it starts.
    private struct Arrival {
        var score = -Double.infinity
        var start = -1
        var token: Int32 = 0

        mutating func improve(score: Double, start: Int, token: Int32) {
            guard self.start < 0 || score > self.score else { return }
            self = Arrival(score: score, start: start, token: token)
        }
    }
}
