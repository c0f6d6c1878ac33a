import JSON

extension TokenizerFile {
    /// GPT-2's kind: byte-level byte-pair encoding.
    func bytePairs(
        _ model: JSONValue,
        _ added: [AddedTokens.Token],
        limit: Int
    ) throws(InferenceError) -> BPETokenizer {
        for key in ["dropout", "continuing_subword_prefix", "end_of_word_suffix"] {
            let value = model[key] ?? .null
            guard value == .null || value == .string("") || value.double == 0 else {
                throw unsupported("model.\(key) of a BPE model")
            }
        }
        guard model["byte_fallback"]?.bool != true else { throw unsupported("model.byte_fallback") }
        guard let members = model["vocab"]?.object?.members else { throw invalid("model.vocab is missing") }
        var vocabulary: [String: Int32] = Dictionary(minimumCapacity: members.count)
        for member in members {
            vocabulary[member.name] = try id(member.value.integer, limit: limit, "model.vocab")
        }
        let words = try words()
        return BPETokenizer(
            normalizer: try composition(),
            added: try AddedTokens(added),
            pattern: words.pattern,
            addsSpace: words.addsSpace,
            bytes: try bytes(vocabulary),
            merges: try merges(model, vocabulary),
            wholeWords: model["ignore_merges"]?.bool == true ? try wholeWords(vocabulary) : nil
        )
    }

    private func composition() throws(InferenceError) -> CanonicalComposition? {
        let steps = steps(of: root["normalizer"], under: "normalizers")
        guard !steps.isEmpty else { return nil }
        guard steps.count == 1, steps[0]["type"]?.string == "NFC" else {
            throw unsupported("normalizer of a BPE model that is not NFC")
        }
        return CanonicalComposition()
    }

    /// `ByteLevel` with its own pattern, or after a `Split` by one that is known.
    private func words() throws(InferenceError) -> (pattern: WordPattern?, addsSpace: Bool) {
        var pattern: WordPattern?
        let steps = steps(of: root["pre_tokenizer"], under: "pretokenizers")
        guard let last = steps.last, last["type"]?.string == "ByteLevel", steps.count <= 2 else {
            throw unsupported("pre_tokenizer of a BPE model that is not ByteLevel")
        }
        if steps.count == 2 {
            guard steps[0]["type"]?.string == "Split", steps[0]["behavior"]?.string == "Isolated",
                steps[0]["invert"]?.bool != true, let regex = steps[0]["pattern"]?["Regex"]?.string,
                let known = WordPattern(regex: regex)
            else { throw unsupported("pre_tokenizer Split by a pattern that is not known") }
            pattern = known
        }
        let addsSpace = last["add_prefix_space"]?.bool ?? true
        let usesPattern = last["use_regex"]?.bool ?? true
        guard pattern == nil || !(usesPattern || addsSpace) else {
            throw unsupported("pre_tokenizer ByteLevel that divides what Split has divided")
        }
        return (pattern ?? (usesPattern ? WordPattern(.gpt2) : nil), addsSpace)
    }

    private func bytes(_ vocabulary: [String: Int32]) throws(InferenceError) -> [Int32] {
        var tokens: [Int32] = []
        for byte in UInt8.min...UInt8.max {
            guard let token = vocabulary[String(ByteLevel.scalar(of: byte))] else {
                throw unsupported("model.vocab without a token for each byte")
            }
            tokens.append(token)
        }
        return tokens
    }

    private func merges(
        _ model: JSONValue,
        _ vocabulary: [String: Int32]
    ) throws(InferenceError) -> [BPETokenizer.Pair: BPETokenizer.Merge] {
        guard let entries = model["merges"]?.array else { throw invalid("model.merges is missing") }
        var merges: [BPETokenizer.Pair: BPETokenizer.Merge] = Dictionary(minimumCapacity: entries.count)
        for (rank, entry) in entries.enumerated() {
            guard let (left, right) = Self.halves(of: entry) else {
                throw invalid("model.merges has an entry that is not a pair")
            }
            guard let first = vocabulary[left], let second = vocabulary[right], let whole = vocabulary[left + right]
            else { throw invalid("model.merges has a pair that model.vocab does not have") }
            merges[.init(left: first, right: second)] = .init(rank: UInt32(rank), token: whole)
        }
        return merges
    }

    /// Newer files have pairs, older ones strings with a space between the two.
    private static func halves(of entry: JSONValue) -> (left: String, right: String)? {
        if let pair = entry.array {
            guard pair.count == 2, let left = pair[0].string, let right = pair[1].string else { return nil }
            return (left, right)
        }
        guard let parts = entry.string?.split(separator: " ", omittingEmptySubsequences: false), parts.count == 2
        else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    private func wholeWords(_ vocabulary: [String: Int32]) throws(InferenceError) -> TokenTrie {
        var trie = TokenTrie(minimumCapacity: vocabulary.count * 8)
        for (piece, token) in vocabulary {
            guard let bytes = ByteLevel.bytes(of: piece) else { continue }
            guard trie.insert(bytes, token: token) else { throw unsupported("model.vocab is too large") }
        }
        return trie
    }
}
