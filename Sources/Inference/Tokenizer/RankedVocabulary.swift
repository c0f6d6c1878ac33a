import JSON

/// A vocabulary as `tiktoken` keeps it: a line a token, its bytes in base64 and its number. It is read to turn tokens
/// back into text; nothing is encoded with it.
package struct RankedVocabulary: Sendable {
    private static let maximumSize = 16 << 20
    private static let mostTokens = 1 << 20

    private var pieces = PieceTable()
    private let special: [Int: String]

    /// - Parameter special: what stands for itself and is not in the file.
    /// - Throws: `.modelNotFound`, `.invalidModel`.
    package init(contentsOf path: String, special: [Int: String] = [:]) throws(InferenceError) {
        self.special = special
        let content = try MappedFile.content(of: path, limit: Self.maximumSize)
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let sides = line.split(separator: UInt8(ascii: " "))
            guard sides.count == 2, pieces.count < Self.mostTokens,
                let token = Base64.bytes(String(decoding: sides[0], as: UTF8.self)), !token.isEmpty,
                Int(String(decoding: sides[1], as: UTF8.self)) == pieces.count
            else {
                throw InferenceError(.invalidModel, "\(path): line \(pieces.count + 1) is not a token with its number")
            }
            pieces.append(token)
        }
    }

    /// The text of the tokens. Where they end within a character, U+FFFD stands for it.
    /// - Returns: nil when one of them is not in the vocabulary.
    package func text(of ids: [Int]) -> String? {
        var text: [UInt8] = []
        for id in ids {
            if let piece = pieces[id] {
                text += piece
            } else if let name = special[id] {
                text += name.utf8
            } else {
                return nil
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension RankedVocabulary {
    /// OpenAI's `cl100k_base`, by which `text-embedding-3-small` and its like count.
    package static func cl100k(contentsOf path: String) throws(InferenceError) -> RankedVocabulary {
        try RankedVocabulary(
            contentsOf: path,
            special: [
                100_257: "<|endoftext|>", 100_258: "<|fim_prefix|>", 100_259: "<|fim_middle|>",
                100_260: "<|fim_suffix|>", 100_276: "<|endofprompt|>",
            ]
        )
    }
}
