/// How tokens are put together to text again: the `decoder` of `tokenizer.json`.
enum TokenJoining: Sendable, Hashable {
    /// As they are: the pieces of a byte-level vocabulary.
    case bytes
    /// With a space between them.
    case spaces
    /// What does not go on with a word has a space before it, but for punctuation.
    case wordPieces(continuation: String, cleansUp: Bool)
    /// U+2581 is a space, unless it is the first of all.
    case marks(dropsFirst: Bool)

    private static let unspaced = [".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re"]

    func text(of pieces: [ArraySlice<UInt8>]) -> String {
        if self == .bytes { return String(decoding: pieces.joined(), as: UTF8.self) }
        var text = ""
        for (index, piece) in pieces.enumerated() {
            let piece = String(decoding: piece, as: UTF8.self)
            switch self {
            case .bytes: break
            case .spaces: text += index == 0 ? piece : " \(piece)"
            case .wordPieces(let continuation, let cleansUp):
                if index > 0, piece.hasPrefix(continuation) {
                    text += piece.dropFirst(continuation.count)
                } else {
                    let isClose = cleansUp && Self.unspaced.contains(where: piece.hasPrefix)
                    text += index == 0 || isClose ? piece : " \(piece)"
                }
            case .marks(let dropsFirst):
                text += piece.replacing("\u{2581}", with: index == 0 && dropsFirst ? "" : " ")
            }
        }
        return text
    }
}
