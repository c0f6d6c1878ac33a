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
        var layers: [TransformerLayer] = []
        for index in 0..<(try config.size("num_hidden_layers")) { layers.append(try layer("encoder.layer.\(index)")) }
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
            layers: layers,
            backend: tensors.source.backend
        )
    }

    private func layer(_ name: String) throws(InferenceError) -> TransformerLayer {
        let width = shape.width
        let parts = ["query", "key", "value"].map { ("\(name).attention.self.\($0)", width) }
        return TransformerLayer(
            attention: try tensors.linear(parts, width, for: .attention),
            attentionOutput: try tensors.linear(
                "\(name).attention.output.dense",
                width,
                width,
                for: .attention,
                accumulates: true
            ),
            attentionNormalization: try tensors.layerNormalization("\(name).attention.output.LayerNorm", width: width),
            feedForwardUp: try tensors.linear(
                "\(name).intermediate.dense",
                width,
                shape.feedForwardWidth,
                for: .feedForward
            ),
            feedForwardDown: try tensors.linear(
                "\(name).output.dense",
                shape.feedForwardWidth,
                width,
                for: .feedForward,
                accumulates: true
            ),
            feedForwardNormalization: try tensors.layerNormalization("\(name).output.LayerNorm", width: width)
        )
    }
}
