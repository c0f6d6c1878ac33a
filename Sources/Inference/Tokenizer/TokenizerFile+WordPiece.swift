import JSON

extension TokenizerFile {
    /// BERT's kind.
    func wordPiece(
        _ model: JSONValue,
        _ added: [AddedTokens.Token],
        limit: Int
    ) throws(InferenceError) -> WordPieceTokenizer {
        guard let members = model["vocab"]?.object?.members else { throw invalid("model.vocab is missing") }
        var vocabulary: [(piece: String, id: Int32)] = []
        vocabulary.reserveCapacity(members.count)
        for member in members {
            vocabulary.append((member.name, try id(member.value.integer, limit: limit, "model.vocab")))
        }
        let unknownPiece = model["unk_token"]?.string ?? "[UNK]"
        guard let unknown = vocabulary.first(where: { $0.piece == unknownPiece })?.id else {
            throw invalid("model.vocab does not have model.unk_token")
        }
        let normalizer = BertNormalizer(try normalizerOptions())
        return try WordPieceTokenizer(
            normalizer: normalizer,
            added: AddedTokens(added.map { normalizer.normalize($0) }),
            vocabulary: vocabulary,
            continuationPrefix: model["continuing_subword_prefix"]?.string ?? "##",
            unknown: unknown,
            maximumWord: max(0, model["max_input_chars_per_word"]?.integer ?? 100)
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
}
