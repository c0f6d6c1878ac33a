import JSON

extension ModelFamily {
    /// BERT (Devlin et al., 2018), RoBERTa and XLM-RoBERTa: learned positions, normalised after each part.
    static let bert = ModelFamily(modelTypes: ["bert", "roberta", "xlm-roberta"]) { source throws(InferenceError) in
        try BertLoader(source).model()
    }
}

/// Reads a model of BERT's family.
private struct BertLoader {
    private let config: ModelFile
    private let shape: TransformerShape
    private let tensors: TensorLoader
    /// Place of the first token: 0 for BERT, that after the padding for RoBERTa.
    private let positionOffset: Int
    private let positions: Int

    private static let layer = LayerNames(
        attention: ["attention.self.query", "attention.self.key", "attention.self.value"],
        attentionOutput: "attention.output.dense",
        attentionNormalization: "attention.output.LayerNorm",
        feedForwardUp: ["intermediate.dense"],
        feedForwardDown: "output.dense",
        feedForwardNormalization: "output.LayerNorm"
    )

    init(_ source: ModelSource) throws(InferenceError) {
        config = source.folder.config
        try config.expect("position_embedding_type", toBe: .string("absolute"))
        let vocabulary = try config.size("vocab_size")
        let padding = config.value("pad_token_id") ?? .integer(0)
        guard let padding = padding.integer, (0..<vocabulary).contains(padding) else {
            throw config.invalid("pad_token_id", "is out of range")
        }
        positionOffset = try config.name("model_type", default: "bert") == "bert" ? 0 : padding + 1
        positions = try config.size("max_position_embeddings")
        shape = try TransformerShape(
            width: config.size("hidden_size"),
            heads: config.size("num_attention_heads"),
            feedForwardWidth: config.size("intermediate_size"),
            vocabulary: vocabulary,
            maxTokens: positions - positionOffset,
            in: config
        )
        tensors = TensorLoader(
            source,
            prefixes: ["", "bert.", "roberta."],
            known: "embeddings.LayerNorm.weight",
            epsilon: try config.number("layer_norm_eps", default: 1e-12)
        )
    }

    func model() throws(InferenceError) -> TransformerModel {
        let kinds = try config.size("type_vocab_size")
        return TransformerModel(
            shape: shape,
            precision: tensors.source.precision,
            words: try tensors.words("embeddings.word_embeddings.weight", shape),
            positions: .init(
                table: try tensors.tensor("embeddings.position_embeddings.weight", [positions, shape.width]),
                offset: positionOffset
            ),
            tokenTypes: try tensors.tensor("embeddings.token_type_embeddings.weight", [kinds, shape.width]),
            embeddingNormalization: try tensors.layerNormalization("embeddings.LayerNorm", width: shape.width),
            order: .after,
            activation: try config.activation("hidden_act", default: .gelu),
            isGated: false,
            layers: try tensors.layers(config.size("num_hidden_layers"), "encoder.layer", Self.layer, shape),
            backend: tensors.source.backend
        )
    }
}
