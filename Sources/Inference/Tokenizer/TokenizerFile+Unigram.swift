import JSON

extension TokenizerFile {
    /// XLM-RoBERTa's kind.
    func unigram(
        _ model: JSONValue,
        _ added: [AddedTokens.Token],
        limit: Int
    ) throws(InferenceError) -> UnigramTokenizer {
        guard let entries = model["vocab"]?.array, !entries.isEmpty, entries.count <= limit else {
            throw invalid("model.vocab is not a list of at most \(limit) pieces")
        }
        guard model["byte_fallback"]?.bool != true else { throw unsupported("model.byte_fallback") }
        var vocabulary: [(piece: String, score: Double)] = []
        vocabulary.reserveCapacity(entries.count)
        for entry in entries {
            guard let pair = entry.array, pair.count == 2, let piece = pair[0].string, let score = pair[1].double
            else {
                throw invalid("model.vocab has a piece without a score")
            }
            vocabulary.append((piece, score))
        }
        var options = UnigramTokenizer.Options()
        let normalizer = try precompiledNormalizer(&options)
        try readMetaspace(&options)
        return try UnigramTokenizer(
            normalizer: normalizer,
            options: options,
            added: try AddedTokens(added),
            vocabulary: vocabulary,
            unknown: try id(model["unk_id"]?.integer, limit: entries.count, "model.unk_id")
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
                else { throw invalid("normalizer.precompiled_charsmap cannot be read") }
                result = normalizer
            case "Replace" where step["pattern"]?["Regex"]?.string == " {2,}" && step["content"]?.string == " ":
                options.joinsSpaces = true
            default: throw unsupported("normalizer of a Unigram model that is not Precompiled")
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
                else { throw unsupported("pre_tokenizer Metaspace of other options") }
                options.marksEveryPart = scheme == "always"
                guard options.marksEveryPart || !options.splitsWhitespace else {
                    throw unsupported("pre_tokenizer Metaspace of other options")
                }
            default: throw unsupported("pre_tokenizer of a Unigram model that is not Metaspace")
            }
        }
        guard hasMetaspace else { throw unsupported("pre_tokenizer of a Unigram model that is not Metaspace") }
    }
}
