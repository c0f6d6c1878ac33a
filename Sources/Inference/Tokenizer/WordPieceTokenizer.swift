/// Hugging Face's BERT tokenizer: normalizes, splits at white space and punctuation, then takes the longest known
/// piece of each word again and again.
struct WordPieceTokenizer: SegmentTokenizer {
    private let normalizer: BertNormalizer
    /// Found in the text after its normalization.
    private let added: AddedTokens
    private let trie: TokenTrie
    /// Where the pieces inside a word begin in `trie`.
    private let continuation: TokenTrie.Node
    /// What a piece inside a word begins with.
    private let prefix: [UInt8]
    private let unknownID: Int32
    /// In scalars; a longer word is unknown.
    private let maximumWord: Int
    /// What becomes of each ASCII byte, so that text of these alone needs no scalars.
    private let ascii: [ByteRole]

    /// What a byte is for the division into words, as lower case and the rest of the normalization leave it.
    private enum ByteRole {
        case letter(UInt8)
        case punctuation(UInt8)
        case space
        case dropped
    }

    init(
        normalizer: BertNormalizer,
        added: AddedTokens,
        vocabulary: [(piece: String, id: Int32)],
        continuationPrefix: String,
        unknown: Int32,
        maximumWord: Int
    ) throws(InferenceError) {
        self.normalizer = normalizer
        self.added = added
        unknownID = unknown
        self.maximumWord = maximumWord
        var trie = TokenTrie(minimumCapacity: vocabulary.count * 8)
        continuation = trie.addRoot()
        prefix = Array(continuationPrefix.utf8)
        for (piece, id) in vocabulary {
            let isInside = Self.isInside(piece.utf8, prefix)
            let inserted =
                isInside
                ? trie.insert(piece.utf8.dropFirst(prefix.count), token: id, from: continuation)
                : trie.insert(piece.utf8, token: id)
            guard inserted else { throw InferenceError(.unsupportedModel, "the vocabulary is too large") }
        }
        self.trie = trie
        ascii = (UInt8(0)..<0x80).map { Self.role(of: $0, normalizer) }
    }

    private static func role(of byte: UInt8, _ normalizer: BertNormalizer) -> ByteRole {
        var scalars: [UInt32] = []
        normalizer.normalize(Substring(String(Unicode.Scalar(byte))).unicodeScalars, into: &scalars)
        guard let scalar = scalars.first.map({ UInt8(truncatingIfNeeded: $0) }) else { return .dropped }
        let properties = normalizer.table.properties(of: UInt32(scalar))
        if properties.contains(.whitespace) { return .space }
        return properties.contains(.punctuation) ? .punctuation(scalar) : .letter(scalar)
    }

    func append(
        _ text: Substring.UnicodeScalarView,
        isBeginning: Bool,
        until end: Int,
        to tokens: inout [Int32]
    ) {
        if added.isEmpty, appendASCII(text, until: end, to: &tokens) { return }
        var scalars: [UInt32] = []
        scalars.reserveCapacity(Substring(text).utf8.count)
        normalizer.normalize(text, into: &scalars)
        guard !added.isEmpty else { return appendWords(of: scalars, until: end, to: &tokens) }
        added.forEachSegment(of: normalizer.string(scalars)) { segment in
            switch segment {
            case .token(let id, _): tokens.append(id)
            case .text(let text): appendWords(of: text.map(\.value), until: end, to: &tokens)
            }
            return tokens.count < end
        }
    }

    private static func isInside(_ piece: some Collection<UInt8>, _ prefix: [UInt8]) -> Bool {
        !prefix.isEmpty && piece.starts(with: prefix) && piece.count > prefix.count
    }

    func aligned(_ text: Substring.UnicodeScalarView) -> AlignedText {
        var aligned = AlignedText(spacesSeparate: true)
        var scalars: [UInt32] = []
        text.forEachSlice { place, slice in
            scalars.removeAll(keepingCapacity: true)
            normalizer.normalize(slice, into: &scalars)
            for scalar in scalars {
                let properties = normalizer.table.properties(of: scalar)
                if normalizer.isDropped(properties) { continue }
                let isWord = !properties.contains(.whitespace) && !properties.contains(.punctuation)
                if !isWord { aligned.separate(from: place) }
                if properties.contains(.whitespace) { continue }
                if let scalar = Unicode.Scalar(scalar) { aligned.append(scalar, from: place) }
                if !isWord { aligned.separate(from: place) }
            }
        }
        return aligned
    }

    func spelling(of piece: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        Self.isInside(piece, prefix) ? piece.dropFirst(prefix.count) : piece
    }

    var unknown: Int32? { unknownID }
    var unknownIsWord: Bool { true }

    /// - Returns: false when there is anything but ASCII in it; then nothing is appended.
    private func appendASCII(
        _ text: Substring.UnicodeScalarView,
        until end: Int,
        to tokens: inout [Int32]
    ) -> Bool {
        Substring(text).utf8.withContiguousStorageIfAvailable { bytes in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return false }
            var word = Word()
            for byte in bytes {
                switch ascii[Int(byte)] {
                case .dropped: continue
                case .letter(let byte):
                    word.append(ascii: byte, limit: maximumWord)
                    continue
                case .space: appendPieces(of: &word, to: &tokens)
                case .punctuation(let byte):
                    appendPieces(of: &word, to: &tokens)
                    word.append(ascii: byte, limit: maximumWord)
                    appendPieces(of: &word, to: &tokens)
                }
                if tokens.count >= end { return true }
            }
            appendPieces(of: &word, to: &tokens)
            return true
        } ?? false
    }

    private func appendWords(of scalars: [UInt32], until end: Int, to tokens: inout [Int32]) {
        var word = Word()
        for scalar in scalars {
            let properties = normalizer.table.properties(of: scalar)
            if normalizer.isDropped(properties) { continue }
            if properties.contains(.whitespace) {
                appendPieces(of: &word, to: &tokens)
            } else if properties.contains(.punctuation) {
                appendPieces(of: &word, to: &tokens)
                word.append(scalar, limit: maximumWord)
                appendPieces(of: &word, to: &tokens)
            } else {
                word.append(scalar, limit: maximumWord)
                continue
            }
            if tokens.count >= end { return }
        }
        appendPieces(of: &word, to: &tokens)
    }

    /// Greedy longest match; one unknown piece makes the whole word unknown.
    private func appendPieces(of word: inout Word, to tokens: inout [Int32]) {
        guard word.scalars > 0 else { return }
        defer { word.removeAll() }
        guard word.scalars <= maximumWord else {
            tokens.append(unknownID)
            return
        }
        let start = tokens.count
        var position = 0
        var node = TokenTrie.root
        while position < word.bytes.count {
            var best: (token: Int32, end: Int)?
            var index = position
            while index < word.bytes.count, let child = trie.child(of: node, word.bytes[index]) {
                node = child
                index += 1
                if let token = trie.token(at: node) { best = (token, index) }
            }
            guard let best else {
                tokens.removeSubrange(start...)
                tokens.append(unknownID)
                return
            }
            tokens.append(best.token)
            position = best.end
            node = continuation
        }
    }

    /// The bytes of one word, kept only as far as it can be a known one.
    private struct Word {
        var bytes: [UInt8] = []
        var scalars = 0

        @inline(__always)
        mutating func append(ascii byte: UInt8, limit: Int) {
            scalars += 1
            if scalars <= limit { bytes.append(byte) }
        }

        @inline(__always)
        mutating func append(_ scalar: UInt32, limit: Int) {
            scalars += 1
            guard scalars <= limit else { return }
            switch scalar {
            case ..<0x80: bytes.append(UInt8(truncatingIfNeeded: scalar))
            case ..<0x800:
                bytes.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
                bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
            case ..<0x10000:
                bytes.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
                bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
                bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
            default:
                bytes.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
                bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
                bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
                bytes.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
            }
        }

        mutating func removeAll() {
            bytes.removeAll(keepingCapacity: true)
            scalars = 0
        }
    }
}
