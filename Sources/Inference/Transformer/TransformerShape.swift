/// The sizes of a transformer.
struct TransformerShape: Sendable {
    /// Longer texts are cut whatever a model's own limit is: memory for scores and positions grows with it.
    static let longestText = 8192

    private static let widestHead = 1024

    let width: Int
    let heads: Int
    /// Heads of keys and values; each serves as many heads of queries.
    let keyValueHeads: Int
    let headWidth: Int
    let feedForwardWidth: Int
    let vocabulary: Int
    let maxTokens: Int

    /// The shape under the names that most configurations share.
    /// - Parameter maxTokens: nil for as many as there are positions.
    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    init(_ config: ModelFile, maxTokens: Int? = nil) throws(InferenceError) {
        let longest = if let maxTokens { maxTokens } else { try config.size("max_position_embeddings") }
        try self.init(
            width: config.size("hidden_size"),
            heads: config.size("num_attention_heads"),
            feedForwardWidth: config.size("intermediate_size"),
            vocabulary: config.size("vocab_size"),
            maxTokens: longest,
            in: config
        )
    }

    /// - Parameter config: names what is wrong in messages.
    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    init(
        width: Int,
        heads: Int,
        keyValueHeads: Int? = nil,
        headWidth: Int? = nil,
        feedForwardWidth: Int,
        vocabulary: Int,
        maxTokens: Int,
        in config: ModelFile
    ) throws(InferenceError) {
        guard headWidth != nil || width % heads == 0 else {
            throw InferenceError(.unsupportedModel, "\(config.path): \(heads) heads do not divide a width of \(width)")
        }
        self.width = width
        self.heads = heads
        self.keyValueHeads = keyValueHeads ?? heads
        self.headWidth = headWidth ?? width / heads
        self.feedForwardWidth = feedForwardWidth
        self.vocabulary = vocabulary
        self.maxTokens = min(maxTokens, Self.longestText)
        guard width % 8 == 0, self.headWidth % 8 == 0, feedForwardWidth % 8 == 0 else {
            throw InferenceError(.unsupportedModel, "\(config.path): heads and layers must be multiples of 8 wide")
        }
        guard self.headWidth <= Self.widestHead else {
            throw InferenceError(.unsupportedModel, "\(config.path): heads of \(self.headWidth)")
        }
        guard heads % self.keyValueHeads == 0 else {
            throw InferenceError(
                .unsupportedModel,
                "\(config.path): \(self.keyValueHeads) heads of keys do not divide \(heads) heads"
            )
        }
        guard maxTokens > 2 else {
            throw InferenceError(.invalidModel, "\(config.path): too few positions")
        }
    }

    /// Floats of a row of queries, and of what attention makes of it.
    var queryWidth: Int { heads * headWidth }
    /// Floats of a row of keys, or of values.
    var keyValueWidth: Int { keyValueHeads * headWidth }
    /// Floats of a row of queries, keys, and values.
    var attentionWidth: Int { queryWidth + 2 * keyValueWidth }
}
