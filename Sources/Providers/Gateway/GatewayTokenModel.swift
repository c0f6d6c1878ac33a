import EmbeddingCore

/// The tokens of the gateway's model, with its prompts and limits.
struct GatewayTokenModel: TokenModel {
    /// Floats of one answer: what they take as text is ten times the memory.
    private static let mostFloats = 8 << 20

    let source: any TokenSource
    let preparation: InputPreparation
    let limits: EmbeddingLimits

    func tokens(of text: String, promptName: String?, special: Bool) throws(EmbeddingError) -> [TextToken] {
        let prompt = if let promptName { try preparation.prompt(named: promptName) } else { "" }
        return source.tokens(of: prompt + text, special: special)
    }

    func text(of ids: [Int], special: Bool) throws(EmbeddingError) -> String {
        try source.text(of: ids, special: special)
    }

    func vectors(_ request: EmbeddingRequest) async throws(EmbeddingError) -> [TokenVectors] {
        var inputs: [EmbeddingInput] = []
        var tokens = 0
        for input in request.inputs {
            let prepared = try preparation.prepare(input, request, limits: limits)
            inputs.append(prepared.input)
            tokens += prepared.tokens
        }
        let most = Self.mostFloats / source.tokenWidth
        guard tokens <= most else {
            throw EmbeddingError(
                .invalidInput,
                "the inputs have \(tokens) tokens; the vectors of \(most) fit into one answer"
            )
        }
        return try await source.tokenVectors(inputs)
    }
}
