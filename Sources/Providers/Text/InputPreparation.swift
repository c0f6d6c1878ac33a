import EmbeddingCore

/// Turns what a caller gave into what the provider gets: prefix, token count, cut.
struct InputPreparation: Sendable {
    let queryPrefix: String
    let documentPrefix: String
    /// Further ones, by their names.
    var prompts: [String: String] = [:]
    let counter: any TokenCounter
    /// Whether the counter knows the model's vocabulary; then nothing is left to the provider's judgement.
    let countsExactly: Bool
    /// For a provider that takes no tokens; nil when nothing is known of them.
    var decoder: (any TokenDecoder)?

    /// A text ready to be sent.
    struct Prepared: Sendable {
        var input: EmbeddingInput
        var tokens: Int
        var wasCut: Bool
    }

    /// The inputs with texts for token ids, where the provider takes none. Ids that stand for nothing stay, to be refused.
    func decoded(_ inputs: [EmbeddingInput]) -> [EmbeddingInput] {
        guard let decoder else { return inputs }
        return inputs.map { input in
            guard case .tokens(let ids) = input, let text = try? decoder.text(of: ids) else { return input }
            return .text(text)
        }
    }

    /// Whether the text may be longer than the limit, judged by its bytes: no token is shorter than one.
    func mayBeLong(_ input: EmbeddingInput, type: EmbeddingInputType, limit: Int) -> Bool {
        switch input {
        case .text(let text): text.utf8.count + (prefix(type) ?? "").utf8.count + TokenEstimate.framing > limit
        case .tokens(let tokens): tokens.count > limit
        }
    }

    /// - Parameter limits: those of the provider, the operator's own limit included.
    /// - Throws: `.invalidInput` for an empty text, one that is too long and may not be cut, or a type of which the model
    ///   knows nothing; `.tokensUnsupported`.
    func prepare(
        _ input: EmbeddingInput,
        type: EmbeddingInputType,
        truncate: Bool,
        limits: EmbeddingLimits
    ) throws(EmbeddingError) -> Prepared {
        switch input {
        case .text(let text): try prepare(text, type: type, truncate: truncate, limit: limits.tokensPerText)
        case .tokens(let tokens): try prepare(tokens, truncate: truncate, limits: limits)
        }
    }

    private func prepare(
        _ text: String,
        type: EmbeddingInputType,
        truncate: Bool,
        limit: Int
    ) throws(EmbeddingError) -> Prepared {
        guard !text.isEmpty else { throw EmbeddingError(.invalidInput, "the text is empty") }
        guard let prefix = prefix(type) else {
            let names = prompts.keys.sorted().joined(separator: ", ")
            throw EmbeddingError(
                .invalidInput,
                "the model has no prompt of this name; it has \(names.isEmpty ? "none" : names), query and document aside"
            )
        }
        let whole = prefix.isEmpty ? text : prefix + text
        let (measured, count) = Truncation.measure(whole, limit: limit, counter: counter)
        guard count > limit else { return Prepared(input: .text(whole), tokens: count, wasCut: false) }
        guard truncate else {
            // An estimate is no ground for a refusal: the provider decides.
            guard countsExactly else { return Prepared(input: .text(whole), tokens: count, wasCut: false) }
            throw EmbeddingError(
                .invalidInput,
                "the text is longer than the \(limit) tokens that the model accepts, and truncation is off"
            )
        }
        // What is longer than the limit is enough for a provider that does the cutting.
        let cut = counter.cutsAt == limit ? measured : Truncation.cut(measured, toTokens: limit, counter: counter)
        return Prepared(input: .text(cut), tokens: limit, wasCut: true)
    }

    private func prepare(
        _ tokens: [Int],
        truncate: Bool,
        limits: EmbeddingLimits
    ) throws(EmbeddingError) -> Prepared {
        if let decoder { _ = try decoder.text(of: tokens) }
        guard limits.acceptsTokens else {
            throw EmbeddingError(
                .tokensUnsupported,
                "this provider accepts text only, not token ids: configure the client to send strings"
            )
        }
        guard !tokens.isEmpty else { throw EmbeddingError(.invalidInput, "the token array is empty") }
        guard tokens.count > limits.tokensPerText else {
            return Prepared(input: .tokens(tokens), tokens: tokens.count, wasCut: false)
        }
        guard truncate else {
            throw EmbeddingError(
                .invalidInput,
                "the input has \(tokens.count) tokens, but the model accepts \(limits.tokensPerText)"
            )
        }
        let cut = Array(tokens.prefix(limits.tokensPerText))
        return Prepared(input: .tokens(cut), tokens: cut.count, wasCut: true)
    }

    private func prefix(_ type: EmbeddingInputType) -> String? {
        switch type {
        case .document: documentPrefix
        case .query: queryPrefix
        case .prompt(let name): prompts[name]
        }
    }
}
