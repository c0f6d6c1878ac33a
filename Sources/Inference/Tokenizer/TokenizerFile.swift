import JSON

/// Hugging Face's `tokenizer.json`, of which a tokenizer is made.
struct TokenizerFile {
    private static let maximumSize = 64 << 20

    let path: String
    let root: JSONValue

    /// - Throws: `.modelNotFound`, `.invalidModel`.
    init(directory: String) throws(InferenceError) {
        path = directory + "/tokenizer.json"
        let content = try MappedFile.content(of: path, limit: Self.maximumSize)
        do {
            root = try JSONValue(content)
        } catch {
            throw InferenceError(.invalidModel, "\(path): \(error)")
        }
    }

    /// - Parameters:
    ///   - vocabulary: rows of the model's word embedding; every token id must be below.
    ///   - special: whether the post-processor's special tokens stand around a text.
    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    func tokenizer(vocabulary: Int, special: Bool = true) throws(InferenceError) -> Tokenizer {
        guard let model = root["model"] else { throw invalid("model is missing") }
        // Old files do not name the type of a WordPiece model.
        let type = model["type"]?.string ?? "WordPiece"
        let added = try addedTokens(limit: vocabulary)
        let segments: any SegmentTokenizer
        switch type {
        case "WordPiece": segments = try wordPiece(model, added.normalized, limit: vocabulary)
        case "Unigram": segments = try unigram(model, added.normalized, limit: vocabulary)
        case "BPE": segments = try bytePairs(model, added.normalized, limit: vocabulary)
        default: throw unsupported("model.type '\(type.shortened)'")
        }
        return Tokenizer(
            added: try AddedTokens(added.plain),
            model: segments,
            template: special ? try template(limit: vocabulary) : TokenTemplate(),
            pairTemplate: special ? try pairTemplate(limit: vocabulary) : nil,
            pieces: pieces(model, limit: vocabulary),
            special: self.special,
            joining: joining,
            trimsSpaces: trimsSpaces
        )
    }

    /// The members of a `Sequence`, or the step itself.
    func steps(of step: JSONValue?, under key: String) -> [JSONValue] {
        guard let step, step["type"] != nil else { return [] }
        return step["type"]?.string == "Sequence" ? step[key]?.array ?? [] : [step]
    }

    /// The tokens that are found in the text as it is, and those found after its normalization.
    private func addedTokens(
        limit: Int
    ) throws(InferenceError) -> (plain: [AddedTokens.Token], normalized: [AddedTokens.Token]) {
        var (plain, normalized): ([AddedTokens.Token], [AddedTokens.Token]) = ([], [])
        for entry in root["added_tokens"]?.array ?? [] {
            guard let content = entry["content"]?.string else { throw invalid("added_tokens has one without content") }
            guard entry["single_word"]?.bool != true else {
                throw unsupported("added token '\(content.shortened)' that is a single_word")
            }
            let token = AddedTokens.Token(
                content: content,
                id: try id(entry["id"]?.integer, limit: limit, "added_tokens"),
                stripsLeft: entry["lstrip"]?.bool ?? false,
                stripsRight: entry["rstrip"]?.bool ?? false
            )
            if entry["normalized"]?.bool == true { normalized.append(token) } else { plain.append(token) }
        }
        return (plain, normalized)
    }

    func id(_ value: Int?, limit: Int, _ field: String) throws(InferenceError) -> Int32 {
        guard let value, value >= 0, value < limit else {
            throw invalid("\(field) has a token id that is not below the model's vocab_size of \(limit)")
        }
        return Int32(value)
    }

    func invalid(_ reason: String) -> InferenceError { InferenceError(.invalidModel, "\(path): \(reason)") }

    func unsupported(_ what: String) -> InferenceError {
        InferenceError(.unsupportedModel, "\(path): \(what)")
    }
}
