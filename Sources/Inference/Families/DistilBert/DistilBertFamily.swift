import JSON

extension ModelFamily {
    /// DistilBERT (Sanh et al., 2019): BERT without token types.
    static let distilBert = ModelFamily(modelTypes: ["distilbert"]) { source throws(InferenceError) in
        try DistilBertLoader(source).model()
    }
}

/// Reads a model of DistilBERT's family.
private struct DistilBertLoader {
    private let config: ModelFile
    private let shape: TransformerShape
    private let tensors: TensorLoader

    private static let layer = LayerNames(
        attention: ["attention.q_lin", "attention.k_lin", "attention.v_lin"],
        attentionOutput: "attention.out_lin",
        attentionNormalization: "sa_layer_norm",
        feedForwardUp: ["ffn.lin1"],
        feedForwardDown: "ffn.lin2",
        feedForwardNormalization: "output_layer_norm"
    )

    init(_ source: ModelSource) throws(InferenceError) {
        config = source.folder.config
        shape = try TransformerShape(
            width: config.size("dim"),
            heads: config.size("n_heads"),
            feedForwardWidth: config.size("hidden_dim"),
            vocabulary: config.size("vocab_size"),
            maxTokens: config.size("max_position_embeddings"),
            in: config
        )
        tensors = TensorLoader(
            source,
            prefixes: ["", "distilbert."],
            known: "embeddings.LayerNorm.weight",
            epsilon: 1e-12
        )
    }

    func model() throws(InferenceError) -> TransformerModel {
        let positions = try config.size("max_position_embeddings")
        return TransformerModel(
            shape: shape,
            precision: tensors.source.precision,
            words: try tensors.words("embeddings.word_embeddings.weight", shape),
            positions: .init(
                table: try tensors.tensor("embeddings.position_embeddings.weight", [positions, shape.width]),
                offset: 0
            ),
            embeddingNormalization: try tensors.layerNormalization("embeddings.LayerNorm", width: shape.width),
            order: .after,
            activation: try config.activation("activation", default: .gelu),
            isGated: false,
            layers: try tensors.layers(config.size("n_layers"), "transformer.layer", Self.layer, shape),
            backend: tensors.source.backend
        )
    }
}
