import EmbeddingCore

/// The tokens of the gateway's model, with its prompts and limits.
struct GatewayTokenModel: TokenModel {
    /// Floats of one answer: what they take as text is ten times the memory.
    private static let mostFloats = 8 << 20

    let source: any TokenSource
    let preparation: InputPreparation
    let limits: EmbeddingLimits

    func tokens(
        of texts: [String],
        promptName: String?,
        special: Bool
    ) async throws(EmbeddingError) -> [[TextToken]] {
        let prompt = if let promptName { try preparation.prompt(named: promptName) } else { "" }
        return await BlockingWork.run { texts.map { source.tokens(of: prompt + $0, special: special) } }
    }

    func texts(of lists: [[Int]], special: Bool) async throws(EmbeddingError) -> [String] {
        try await BlockingWork.run {
            Result { () throws(EmbeddingError) in
                var texts: [String] = []
                for ids in lists { texts.append(try source.text(of: ids, special: special)) }
                return texts
            }
        }.get()
    }

    func vectors(_ request: EmbeddingRequest) async throws(EmbeddingError) -> [TokenVectors] {
        let inputs = try await BlockingWork.run { Result { () throws(EmbeddingError) in try prepared(request) } }.get()
        return try await source.tokenVectors(inputs)
    }

    private func prepared(_ request: EmbeddingRequest) throws(EmbeddingError) -> [EmbeddingInput] {
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
        return inputs
    }
}
