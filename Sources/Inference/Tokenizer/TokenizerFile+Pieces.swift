import JSON

extension TokenizerFile {
    /// What each token stands for: its bytes where the vocabulary is one of bytes, else its name.
    /// - Parameter limit: every token id is below.
    func pieces(_ model: JSONValue, limit: Int) -> PieceTable {
        var pieces = [[UInt8]](repeating: [], count: limit)
        let isOfBytes = model["type"]?.string == "BPE"
        func set(_ id: Int?, _ name: String?) {
            guard let id, let name, pieces.indices.contains(id) else { return }
            pieces[id] = isOfBytes ? ByteLevel.bytes(of: name) ?? Array(name.utf8) : Array(name.utf8)
        }
        for member in model["vocab"]?.object?.members ?? [] { set(member.value.integer, member.name) }
        for (id, entry) in (model["vocab"]?.array ?? []).enumerated() { set(id, entry.array?.first?.string) }
        for token in root["added_tokens"]?.array ?? [] {
            guard let id = token["id"]?.integer, let content = token["content"]?.string else { continue }
            if pieces.indices.contains(id) { pieces[id] = Array(content.utf8) }
        }
        var table = PieceTable()
        for piece in pieces { table.append(piece) }
        return table
    }

    /// The tokens that are no text.
    var special: Set<Int32> {
        let tokens = (root["added_tokens"]?.array ?? []).filter { $0["special"]?.bool == true }
        return Set(tokens.compactMap { token in token["id"]?.integer.flatMap { Int32(exactly: $0) } })
    }

    /// Whether a token's offsets leave out the spaces at its ends.
    var trimsSpaces: Bool {
        steps(of: root["post_processor"], under: "processors").contains { step in
            ["ByteLevel", "RobertaProcessing"].contains(step["type"]?.string) && step["trim_offsets"]?.bool != false
        }
    }

    var joining: TokenJoining {
        let decoder = root["decoder"] ?? .null
        guard decoder != .null else { return .spaces }
        switch decoder["type"]?.string ?? "" {
        case "WordPiece":
            return .wordPieces(
                continuation: decoder["prefix"]?.string ?? "##",
                cleansUp: decoder["cleanup"]?.bool ?? true
            )
        case "Metaspace": return .marks(dropsFirst: decoder["prepend_scheme"]?.string != "never")
        default: return root["model"]?["type"]?.string == "BPE" ? .bytes : .spaces
        }
    }
}
