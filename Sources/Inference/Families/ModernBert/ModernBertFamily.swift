import JSON

extension ModelFamily {
    /// ModernBERT (Warner et al., 2024): rotary positions, layers that see all of the text in turn with layers that see
    /// their neighbourhood, gated feed-forward parts, normalised before each part.
    static let modernBert = ModelFamily(modelTypes: ["modernbert"]) { source throws(InferenceError) in
        try ModernBertLoader(source).model()
    }
}

/// Reads a model of ModernBERT's family.
private struct ModernBertLoader {
    private let config: ModelFile
    private let shape: TransformerShape
    private let tensors: TensorLoader
    private let hasNormalizationShift: Bool
    private let hasAttentionBias: Bool
    private let hasFeedForwardBias: Bool

    init(_ source: ModelSource) throws(InferenceError) {
        config = source.folder.config
        shape = try TransformerShape(config)
        tensors = TensorLoader(
            source,
            prefixes: ["", "model."],
            known: "embeddings.norm.weight",
            epsilon: try config.number("norm_eps", default: 1e-5)
        )
        hasNormalizationShift = try config.flag("norm_bias", default: false)
        hasAttentionBias = try config.flag("attention_bias", default: false)
        hasFeedForwardBias = try config.flag("mlp_bias", default: false)
    }

    func model() throws(InferenceError) -> TransformerModel {
        TransformerModel(
            shape: shape,
            precision: tensors.source.precision,
            words: try tensors.words("embeddings.tok_embeddings.weight", shape),
            embeddingNormalization: try normalization("embeddings.norm"),
            order: .before,
            activation: try config.activation("hidden_activation", default: .gelu),
            isGated: true,
            layers: try layers(),
            finalNormalization: try normalization("final_norm"),
            backend: tensors.source.backend
        )
    }

    private func layers() throws(InferenceError) -> [TransformerLayer] {
        let period = try config.size("global_attn_every_n_layers", default: 3)
        let global = try rotary("full_attention", older: "global_rope_theta", default: 160_000)
        let local = try rotary("sliding_attention", older: "local_rope_theta", default: 10_000)
        let neighbours = try config.size("local_attention", default: 128) / 2
        var layers: [TransformerLayer] = []
        for index in 0..<(try config.size("num_hidden_layers")) {
            var layer = try layer("layers.\(index)", isFirst: index == 0)
            let isGlobal = try isGlobal(index, period)
            layer.rotary = isGlobal ? global : local
            if !isGlobal { layer.window = (neighbours, neighbours) }
            layers.append(layer)
        }
        return layers
    }

    /// Newer files name each layer's kind, older ones how often a global one comes.
    private func isGlobal(_ index: Int, _ period: Int) throws(InferenceError) -> Bool {
        guard let kinds = config.value("layer_types") else { return index % period == 0 }
        switch kinds.array.flatMap({ index < $0.count ? $0[index].string : nil }) {
        case "full_attention": return true
        case "sliding_attention": return false
        default: throw config.invalid("layer_types", "does not say what layer \(index) sees")
        }
    }

    private func rotary(
        _ kind: String,
        older key: String,
        default base: Double
    ) throws(InferenceError) -> RotaryEmbedding {
        let parameters = config.root["rope_parameters"]?[kind] ?? .object([:])
        return try RotaryEmbedding(
            ModelFile(path: "\(config.path): rope_parameters.\(kind)", root: parameters),
            shape,
            defaultBase: config.number(key, default: base)
        )
    }

    private func layer(_ name: String, isFirst: Bool) throws(InferenceError) -> TransformerLayer {
        let width = shape.width
        return TransformerLayer(
            attention: try tensors.linear(
                "\(name).attn.Wqkv",
                width,
                width * 3,
                for: .attention,
                hasBias: hasAttentionBias
            ),
            attentionOutput: try tensors.linear(
                "\(name).attn.Wo",
                width,
                width,
                for: .attention,
                hasBias: hasAttentionBias,
                accumulates: true
            ),
            // The first layer's rows are normalised already.
            attentionNormalization: isFirst ? nil : try normalization("\(name).attn_norm"),
            feedForwardUp: try tensors.linear(
                "\(name).mlp.Wi",
                width,
                shape.feedForwardWidth * 2,
                for: .feedForward,
                hasBias: hasFeedForwardBias
            ),
            feedForwardDown: try tensors.linear(
                "\(name).mlp.Wo",
                shape.feedForwardWidth,
                width,
                for: .feedForward,
                hasBias: hasFeedForwardBias,
                accumulates: true
            ),
            feedForwardNormalization: try normalization("\(name).mlp_norm")
        )
    }

    private func normalization(_ name: String) throws(InferenceError) -> Normalization {
        try tensors.layerNormalization(name, width: shape.width, hasShift: hasNormalizationShift)
    }
}
