import JSON

/// Reads Hugging Face's `tokenizer.json`.
struct TokenizerFile {
    private static let maximumSize = 64 << 20

    private let path: String
    private let root: JSONValue

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

    /// - Parameter vocabulary: rows of the model's word embedding; every token id must be below.
    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    func tokenizer(vocabulary: Int) throws(InferenceError) -> any Tokenizer {
        guard let model = root["model"] else { throw invalid("has no model") }
        // Old files do not name the type of a WordPiece model.
        let type = model["type"]?.string ?? "WordPiece"
        switch type {
        case "WordPiece": return try wordPiece(model, limit: vocabulary)
        case "Unigram": return try unigram(model, limit: vocabulary)
        default: throw unsupported("model type '\(type.prefix(40))'")
        }
    }

    private func wordPiece(_ model: JSONValue, limit: Int) throws(InferenceError) -> WordPieceTokenizer {
        guard let members = model["vocab"]?.object?.members else { throw invalid("has no vocabulary") }
        var vocabulary: [(piece: String, id: Int32)] = []
        vocabulary.reserveCapacity(members.count)
        for member in members { vocabulary.append((member.name, try id(member.value.integer, limit: limit))) }
        let unknownPiece = model["unk_token"]?.string ?? "[UNK]"
        guard let unknown = vocabulary.first(where: { $0.piece == unknownPiece })?.id else {
            throw invalid("does not know its unk_token")
        }
        let template = try template(limit: limit)
        return try WordPieceTokenizer(
            normalizer: BertNormalizer(try normalizerOptions()),
            special: try specialTokens(limit: limit),
            vocabulary: vocabulary,
            continuationPrefix: model["continuing_subword_prefix"]?.string ?? "##",
            unknown: unknown,
            first: template.first,
            last: template.last,
            maximumWord: model["max_input_chars_per_word"]?.integer ?? 100
        )
    }

    private func normalizerOptions() throws(InferenceError) -> BertNormalizer.Options {
        guard let normalizer = root["normalizer"], normalizer["type"]?.string == "BertNormalizer",
            root["pre_tokenizer"]?["type"]?.string == "BertPreTokenizer"
        else { throw unsupported("a WordPiece model needs BertNormalizer and BertPreTokenizer") }
        let lowercases = normalizer["lowercase"]?.bool ?? true
        return BertNormalizer.Options(
            cleansText: normalizer["clean_text"]?.bool ?? true,
            separatesIdeographs: normalizer["handle_chinese_chars"]?.bool ?? true,
            stripsAccents: normalizer["strip_accents"]?.bool ?? lowercases,
            lowercases: lowercases
        )
    }

    private func unigram(_ model: JSONValue, limit: Int) throws(InferenceError) -> UnigramTokenizer {
        guard let entries = model["vocab"]?.array, !entries.isEmpty, entries.count <= limit else {
            throw invalid("has no vocabulary that fits the model")
        }
        guard model["byte_fallback"]?.bool != true else { throw unsupported("byte_fallback") }
        var vocabulary: [(piece: String, score: Double)] = []
        vocabulary.reserveCapacity(entries.count)
        for entry in entries {
            guard let pair = entry.array, pair.count == 2, let piece = pair[0].string, let score = pair[1].double
            else {
                throw invalid("has a piece without a score")
            }
            vocabulary.append((piece, score))
        }
        var options = UnigramTokenizer.Options()
        let normalizer = try precompiledNormalizer(&options)
        try readMetaspace(&options)
        let template = try template(limit: limit)
        return try UnigramTokenizer(
            normalizer: normalizer,
            options: options,
            special: try specialTokens(limit: limit),
            vocabulary: vocabulary,
            unknown: try id(model["unk_id"]?.integer, limit: entries.count),
            first: template.first,
            last: template.last
        )
    }

    /// The normalizers that XLM-RoBERTa's files name: `Precompiled`, and a `Replace` that joins spaces.
    private func precompiledNormalizer(
        _ options: inout UnigramTokenizer.Options
    ) throws(InferenceError) -> PrecompiledNormalizer? {
        var result: PrecompiledNormalizer?
        for step in steps(of: root["normalizer"], under: "normalizers") {
            switch step["type"]?.string {
            case "Precompiled":
                guard result == nil, let rules = step["precompiled_charsmap"]?.string.flatMap({ Base64.bytes($0) }),
                    let normalizer = PrecompiledNormalizer(rules)
                else { throw invalid("has normalization rules that cannot be read") }
                result = normalizer
            case "Replace" where step["pattern"]?["Regex"]?.string == " {2,}" && step["content"]?.string == " ":
                options.joinsSpaces = true
            default: throw unsupported("a normalizer of a Unigram model that is not Precompiled")
            }
        }
        return result
    }

    private func readMetaspace(_ options: inout UnigramTokenizer.Options) throws(InferenceError) {
        var hasMetaspace = false
        for step in steps(of: root["pre_tokenizer"], under: "pretokenizers") {
            switch step["type"]?.string {
            case "WhitespaceSplit" where !hasMetaspace: options.splitsWhitespace = true
            case "Metaspace":
                hasMetaspace = true
                let scheme = step["prepend_scheme"]?.string ?? "always"
                guard step["replacement"]?.string == "\u{2581}", step["split"]?.bool != false,
                    step["add_prefix_space"]?.bool != false, ["always", "first"].contains(scheme)
                else { throw unsupported("a Metaspace of other options") }
                options.marksEveryPart = scheme == "always"
                guard options.marksEveryPart || !options.splitsWhitespace else {
                    throw unsupported("a Metaspace of other options")
                }
            default: throw unsupported("a pre_tokenizer of a Unigram model that is not Metaspace")
            }
        }
        guard hasMetaspace else { throw unsupported("a Unigram model without Metaspace") }
    }

    /// The members of a `Sequence`, or the step itself.
    private func steps(of step: JSONValue?, under key: String) -> [JSONValue] {
        guard let step, step["type"] != nil else { return [] }
        return step["type"]?.string == "Sequence" ? step[key]?.array ?? [] : [step]
    }

    private func specialTokens(limit: Int) throws(InferenceError) -> SpecialTokens {
        var tokens: [SpecialTokens.Token] = []
        for entry in root["added_tokens"]?.array ?? [] {
            guard let content = entry["content"]?.string else { throw invalid("has an added token without content") }
            guard entry["normalized"]?.bool != true, entry["single_word"]?.bool != true else {
                throw unsupported("added token '\(content.prefix(40))' that is matched after normalization")
            }
            tokens.append(
                .init(
                    content: content,
                    id: try id(entry["id"]?.integer, limit: limit),
                    stripsLeft: entry["lstrip"]?.bool ?? false,
                    stripsRight: entry["rstrip"]?.bool ?? false
                )
            )
        }
        return SpecialTokens(tokens)
    }

    /// The special tokens before and after a single text.
    private func template(limit: Int) throws(InferenceError) -> (first: Int32, last: Int32) {
        guard let processor = root["post_processor"] else { throw invalid("has no post_processor") }
        switch processor["type"]?.string {
        case "TemplateProcessing":
            guard let single = processor["single"]?.array, single.count == 3, single[1]["Sequence"] != nil,
                let first = single[0]["SpecialToken"]?["id"]?.string,
                let last = single[2]["SpecialToken"]?["id"]?.string
            else { throw unsupported("a template that is not one special token before and one after") }
            return (try templateToken(first, processor, limit), try templateToken(last, processor, limit))
        case "BertProcessing", "RobertaProcessing":
            return (
                try id(processor["cls"]?.array?.last?.integer, limit: limit),
                try id(processor["sep"]?.array?.last?.integer, limit: limit)
            )
        default: throw unsupported("a post_processor that is not a template")
        }
    }

    private func templateToken(_ name: String, _ processor: JSONValue, _ limit: Int) throws(InferenceError) -> Int32 {
        guard let ids = processor["special_tokens"]?[name]?["ids"]?.array, ids.count == 1 else {
            throw invalid("has a template with an unknown token")
        }
        return try id(ids[0].integer, limit: limit)
    }

    private func id(_ value: Int?, limit: Int) throws(InferenceError) -> Int32 {
        guard let value, value >= 0, value < limit else { throw invalid("has a token id out of range") }
        return Int32(value)
    }

    private func invalid(_ reason: String) -> InferenceError { InferenceError(.invalidModel, "\(path) \(reason)") }

    private func unsupported(_ what: String) -> InferenceError {
        InferenceError(.unsupportedModel, "\(path): \(what)")
    }
}
