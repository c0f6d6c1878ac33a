import EmbeddingCore

/// Turns what a caller gave into what the provider gets: prefix, token count, cut.
struct InputPreparation: Sendable {
    let queryPrefix: String
    let documentPrefix: String
    /// Further prompts by their names.
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
    func mayBeLong(_ input: EmbeddingInput, prompt: String, limit: Int) -> Bool {
        switch input {
        case .text(let text): text.utf8.count + prompt.utf8.count + TokenEstimate.framing > limit
        case .tokens(let tokens): tokens.count > limit
        }
    }

    /// - Parameters:
    ///   - request: what is to be done with it.
    ///   - limits: those of the provider, the operator's own limit included.
    /// - Throws: `.invalidInput` for an empty text, one that is too long and may not be cut, or a prompt that there is
    ///   not; `.tokensUnsupported`.
    func prepare(
        _ input: EmbeddingInput,
        _ request: EmbeddingRequest,
        limits: EmbeddingLimits
    ) throws(EmbeddingError) -> Prepared {
        switch input {
        case .text(let text): try prepare(text, request, limit: limits.tokensPerText)
        case .tokens(let tokens): try prepare(tokens, request, limits: limits)
        }
    }

    private func prepare(
        _ text: String,
        _ request: EmbeddingRequest,
        limit: Int
    ) throws(EmbeddingError) -> Prepared {
        guard !text.isEmpty else { throw EmbeddingError(.invalidInput, "the text is empty") }
        let prompt = try prompt(of: request)
        let whole = prompt.isEmpty ? text : prompt + text
        let end = request.truncatedEnd
        let (measured, count) = Truncation.measure(whole, limit: limit, losing: end, counter: counter)
        guard count > limit else { return Prepared(input: .text(whole), tokens: count, wasCut: false) }
        guard request.truncate else {
            // An estimate is no ground for a refusal: the provider decides.
            guard countsExactly else { return Prepared(input: .text(whole), tokens: count, wasCut: false) }
            throw EmbeddingError(
                .invalidInput,
                "the text is longer than the \(limit) tokens that the model accepts, and truncation is off"
            )
        }
        if end == .left, let tokens = counter.last(limit, of: measured) {
            return Prepared(input: .tokens(tokens), tokens: tokens.count, wasCut: true)
        }
        // What is longer than the limit is enough for a provider that does the cutting.
        let isCutThere = end == .right && counter.cutsAt == limit
        let cut = isCutThere ? measured : Truncation.cut(measured, toTokens: limit, losing: end, counter: counter)
        return Prepared(input: .text(cut), tokens: limit, wasCut: true)
    }

    private func prepare(
        _ tokens: [Int],
        _ request: EmbeddingRequest,
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
        if let vocabulary = limits.vocabulary, let unknown = tokens.first(where: { !(0..<vocabulary).contains($0) }) {
            throw EmbeddingError(.invalidInput, "\(unknown) is none of the model's \(vocabulary) token ids")
        }
        guard tokens.count > limits.tokensPerText else {
            return Prepared(input: .tokens(tokens), tokens: tokens.count, wasCut: false)
        }
        guard request.truncate else {
            throw EmbeddingError(
                .invalidInput,
                "the input has \(tokens.count) tokens, but the model accepts \(limits.tokensPerText)"
            )
        }
        let limit = limits.tokensPerText
        let cut = Array(request.truncatedEnd == .left ? tokens.suffix(limit) : tokens.prefix(limit))
        return Prepared(input: .tokens(cut), tokens: cut.count, wasCut: true)
    }

    /// What is put before the texts of a request.
    /// - Throws: `.invalidInput` for a prompt that there is not.
    func prompt(of request: EmbeddingRequest) throws(EmbeddingError) -> String {
        if let name = request.promptName { return try prompt(named: name) }
        return request.type == .query ? queryPrefix : documentPrefix
    }

    /// - Throws: `.invalidInput` when there is none of that name.
    func prompt(named name: String) throws(EmbeddingError) -> String {
        if let prompt = prompts[name] { return prompt }
        switch name {
        case "query": return queryPrefix
        case "document", "passage": return documentPrefix
        default:
            let known = Set(prompts.keys).union(["query", "document", "passage"]).sorted().joined(separator: ", ")
            throw EmbeddingError(
                .invalidInput,
                "the model has no prompt of that name; there are \(known)",
                parameter: "prompt_name"
            )
        }
    }
}
