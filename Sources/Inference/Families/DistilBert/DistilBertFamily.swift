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
        var layers: [TransformerLayer] = []
        for index in 0..<(try config.size("n_layers")) { layers.append(try layer("transformer.layer.\(index)")) }
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
            layers: layers,
            backend: tensors.source.backend
        )
    }

    private func layer(_ name: String) throws(InferenceError) -> TransformerLayer {
        let (width, feedForward) = (shape.width, shape.feedForwardWidth)
        let parts = ["q_lin", "k_lin", "v_lin"].map { ("\(name).attention.\($0)", width) }
        return TransformerLayer(
            attention: try tensors.linear(parts, width, for: .attention),
            attentionOutput: try tensors.linear(
                "\(name).attention.out_lin",
                width,
                width,
                for: .attention,
                accumulates: true
            ),
            attentionNormalization: try tensors.layerNormalization("\(name).sa_layer_norm", width: width),
            feedForwardUp: try tensors.linear("\(name).ffn.lin1", width, feedForward, for: .feedForward),
            feedForwardDown: try tensors.linear(
                "\(name).ffn.lin2",
                feedForward,
                width,
                for: .feedForward,
                accumulates: true
            ),
            feedForwardNormalization: try tensors.layerNormalization("\(name).output_layer_norm", width: width)
        )
    }
}
