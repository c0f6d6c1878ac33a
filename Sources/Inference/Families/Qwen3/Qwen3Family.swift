import JSON

extension ModelFamily {
    /// Qwen3 (Yang et al., 2025; Qwen3-Embedding): a decoder, in which a token sees those before it; several heads of
    /// queries share one of keys and values.
    static let qwen3 = ModelFamily(modelTypes: ["qwen3"]) { source throws(InferenceError) in
        try Qwen3Loader(source).model()
    }
}

/// Reads a model of Qwen3's family.
private struct Qwen3Loader {
    private let config: ModelFile
    private let shape: TransformerShape
    private let tensors: TensorLoader
    private let hasBias: Bool

    init(_ source: ModelSource) throws(InferenceError) {
        config = source.folder.config
        try config.expect("use_sliding_window", toBe: .bool(false))
        let heads = try config.size("num_attention_heads")
        shape = try TransformerShape(
            width: config.size("hidden_size"),
            heads: heads,
            keyValueHeads: config.size("num_key_value_heads", default: heads),
            headWidth: config.size("head_dim", default: 128),
            feedForwardWidth: config.size("intermediate_size"),
            vocabulary: config.size("vocab_size"),
            maxTokens: config.size("max_position_embeddings"),
            in: config
        )
        hasBias = try config.flag("attention_bias", default: false)
        tensors = TensorLoader(
            source,
            prefixes: ["", "model."],
            known: "norm.weight",
            epsilon: try config.number("rms_norm_eps", default: 1e-6)
        )
    }

    func model() throws(InferenceError) -> TransformerModel {
        let rotary = try RotaryEmbedding(config, shape, defaultBase: 10_000)
        var layers: [TransformerLayer] = []
        for index in 0..<(try config.size("num_hidden_layers")) {
            var layer = try layer("layers.\(index)")
            layer.rotary = rotary
            layer.window = (before: .max, after: 0)
            layers.append(layer)
        }
        return TransformerModel(
            shape: shape,
            precision: tensors.source.precision,
            words: try tensors.words("embed_tokens.weight", shape),
            order: .before,
            activation: try config.activation("hidden_act", default: .silu),
            isGated: true,
            layers: layers,
            finalNormalization: try tensors.rootMeanSquare("norm", width: shape.width),
            backend: tensors.source.backend
        )
    }

    private func layer(_ name: String) throws(InferenceError) -> TransformerLayer {
        let (width, feedForward) = (shape.width, shape.feedForwardWidth)
        let attention = "\(name).self_attn"
        return TransformerLayer(
            attention: try tensors.linear(
                [
                    ("\(attention).q_proj", shape.queryWidth), ("\(attention).k_proj", shape.keyValueWidth),
                    ("\(attention).v_proj", shape.keyValueWidth),
                ],
                width,
                for: .attention,
                hasBias: hasBias
            ),
            headNormalizations: (
                query: try tensors.rootMeanSquare("\(attention).q_norm", width: shape.headWidth),
                key: try tensors.rootMeanSquare("\(attention).k_norm", width: shape.headWidth)
            ),
            attentionOutput: try tensors.linear(
                "\(attention).o_proj",
                shape.queryWidth,
                width,
                for: .attention,
                hasBias: hasBias,
                accumulates: true
            ),
            attentionNormalization: try tensors.rootMeanSquare("\(name).input_layernorm", width: width),
            feedForwardUp: try tensors.linear(
                [("\(name).mlp.gate_proj", feedForward), ("\(name).mlp.up_proj", feedForward)],
                width,
                for: .feedForward,
                hasBias: false
            ),
            feedForwardDown: try tensors.linear(
                "\(name).mlp.down_proj",
                feedForward,
                width,
                for: .feedForward,
                hasBias: false,
                accumulates: true
            ),
            feedForwardNormalization: try tensors.rootMeanSquare("\(name).post_attention_layernorm", width: width)
        )
    }
}
