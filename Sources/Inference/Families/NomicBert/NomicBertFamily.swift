import JSON

extension ModelFamily {
    /// NomicBERT (Nussbaum et al., 2024): rotary positions, gated feed-forward parts, no biases, normalised after each
    /// part.
    static let nomicBert = ModelFamily(modelTypes: ["nomic_bert"]) { source throws(InferenceError) in
        try NomicBertLoader(source).model()
    }
}

/// Reads a model of NomicBERT's family, by the names of `transformers` or by those of its first release, which were
/// GPT-2's.
private struct NomicBertLoader {
    private let config: ModelFile
    private let shape: TransformerShape
    private let tensors: TensorLoader
    private let isFirstRelease: Bool

    private static let layer = LayerNames(
        attention: ["attn.Wqkv"],
        attentionOutput: "attn.out_proj",
        attentionNormalization: "norm1",
        feedForwardUp: ["mlp.fc12", "mlp.fc11"],
        feedForwardDown: "mlp.fc2",
        feedForwardNormalization: "norm2",
        isGated: true,
        attentionHasBias: false,
        feedForwardUpHasBias: false,
        feedForwardDownHasBias: false
    )

    init(_ source: ModelSource) throws(InferenceError) {
        config = source.folder.config
        isFirstRelease = config.value("n_embd") != nil
        for (key, value) in Self.expected { try config.expect(key, toBe: value) }
        let names =
            isFirstRelease
            ? ("n_embd", "n_head", "n_inner") : ("hidden_size", "num_attention_heads", "intermediate_size")
        // Past what it was trained for, the first release turns places by angles that depend on the text's length.
        let positions =
            isFirstRelease
            ? try config.size("max_trained_positions", default: 2048)
            : try config.size("max_position_embeddings", default: 2048)
        shape = try TransformerShape(
            width: config.size(names.0),
            heads: config.size(names.1),
            feedForwardWidth: config.size(names.2),
            vocabulary: config.size("vocab_size"),
            maxTokens: positions,
            in: config
        )
        tensors = TensorLoader(
            source,
            prefixes: ["", "bert.", "nomic_bert."],
            known: "emb_ln.weight",
            epsilon: try config.number(isFirstRelease ? "layer_norm_epsilon" : "layer_norm_eps", default: 1e-12)
        )
    }

    /// What the first release could also be.
    private static let expected: [(String, JSONValue)] = [
        ("rotary_emb_fraction", .double(1)), ("rotary_emb_interleaved", .bool(false)),
        ("qkv_proj_bias", .bool(false)), ("mlp_fc1_bias", .bool(false)), ("mlp_fc2_bias", .bool(false)),
        ("prenorm", .bool(false)), ("parallel_block", .bool(false)), ("use_rms_norm", .bool(false)),
        ("causal", .bool(false)), ("activation_function", .string("swiglu")),
    ]

    func model() throws(InferenceError) -> TransformerModel {
        let width = shape.width
        let kinds = try config.size("type_vocab_size", default: 2)
        let activation = try isFirstRelease ? Activation.silu : config.activation("hidden_act", default: .silu)
        return TransformerModel(
            shape: shape,
            precision: tensors.source.precision,
            words: try tensors.words("embeddings.word_embeddings.weight", shape),
            tokenTypes: try tensors.tensor("embeddings.token_type_embeddings.weight", [kinds, width]),
            embeddingNormalization: try tensors.layerNormalization("emb_ln", width: width),
            order: .after,
            activation: activation,
            isGated: true,
            layers: try layers(),
            backend: tensors.source.backend
        )
    }

    private func layers() throws(InferenceError) -> [TransformerLayer] {
        let base = try config.number("rotary_emb_base", default: 1000)
        let rotary = try RotaryEmbedding(config, shape, defaultBase: base)
        let count = try config.size(isFirstRelease ? "n_layer" : "num_hidden_layers")
        var layers = try tensors.layers(count, "encoder.layers", Self.layer, shape)
        for index in layers.indices { layers[index].rotary = rotary }
        return layers
    }
}
