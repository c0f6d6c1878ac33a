import Glibc
import JSON

extension ModelFamily {
    /// GTE's second kind (gte-*-v1.5, gte-multilingual, snowflake-arctic-embed-m-v2): rotary positions, gated
    /// feed-forward parts, normalised after each part.
    static let gte = ModelFamily(modelTypes: ["new", "gte"]) { source throws(InferenceError) in
        try GteLoader(source).model()
    }
}

/// Reads a model of GTE's family.
private struct GteLoader {
    private let config: ModelFile
    private let shape: TransformerShape
    private let tensors: TensorLoader

    private static let layer = LayerNames(
        attention: ["attention.qkv_proj"],
        attentionOutput: "attention.o_proj",
        attentionNormalization: "attn_ln",
        feedForwardUp: ["mlp.up_gate_proj"],
        feedForwardDown: "mlp.down_proj",
        feedForwardNormalization: "mlp_ln",
        isGated: true,
        gateStandsFirst: true
    )

    init(_ source: ModelSource) throws(InferenceError) {
        config = source.folder.config
        try config.expect("position_embedding_type", toBe: .string("rope"))
        try config.expect("layer_norm_type", toBe: .string("layer_norm"))
        try config.expect("logn_attention_scale", toBe: .bool(false))
        try config.expect("pack_qkv", toBe: .bool(true))
        shape = try TransformerShape(config)
        tensors = TensorLoader(
            source,
            prefixes: ["", "new."],
            known: "embeddings.LayerNorm.weight",
            epsilon: try config.number("layer_norm_eps", default: 1e-12)
        )
    }

    func model() throws(InferenceError) -> TransformerModel {
        let rotary = try RotaryEmbedding(config, shape, defaultBase: 160_000)
        var layers = try tensors.layers(config.size("num_hidden_layers"), "encoder.layer", Self.layer, shape)
        for index in layers.indices { layers[index].rotary = rotary }
        return TransformerModel(
            shape: shape,
            precision: tensors.source.precision,
            words: try tensors.words("embeddings.word_embeddings.weight", shape),
            tokenTypes: try tokenTypes(),
            embeddingNormalization: try tensors.layerNormalization("embeddings.LayerNorm", width: shape.width),
            order: .after,
            activation: try config.activation("hidden_act", default: .gelu),
            isGated: true,
            layers: layers,
            backend: tensors.source.backend
        )
    }

    /// There may be no token types.
    private func tokenTypes() throws(InferenceError) -> FloatTensor? {
        guard config.value("type_vocab_size")?.integer != 0 else { return nil }
        let kinds = try config.size("type_vocab_size", default: 1)
        return try tensors.tensor("embeddings.token_type_embeddings.weight", [kinds, shape.width])
    }
}
