import Glibc
import JSON

extension ModelFamily {
    /// MPNet (Song et al., 2020): BERT with a learned bias for how far two tokens are apart.
    static let mpnet = ModelFamily(modelTypes: ["mpnet"]) { source throws(InferenceError) in
        try MPNetLoader(source).model()
    }
}

/// Reads a model of MPNet's family.
private struct MPNetLoader {
    private let config: ModelFile
    private let shape: TransformerShape
    private let tensors: TensorLoader
    private let positions: Int

    /// `transformers` places the first token after the padding, whose id it takes to be 1.
    private static let firstPosition = 2
    /// `transformers` computes with so many whatever the configuration says.
    private static let buckets = 32
    private static let farthest: Float = 128

    private static let layer = LayerNames(
        attention: ["attention.attn.q", "attention.attn.k", "attention.attn.v"],
        attentionOutput: "attention.attn.o",
        attentionNormalization: "attention.LayerNorm",
        feedForwardUp: ["intermediate.dense"],
        feedForwardDown: "output.dense",
        feedForwardNormalization: "output.LayerNorm"
    )

    init(_ source: ModelSource) throws(InferenceError) {
        config = source.folder.config
        try config.expect("relative_attention_num_buckets", toBe: .integer(Self.buckets))
        positions = try config.size("max_position_embeddings")
        shape = try TransformerShape(config, maxTokens: positions - Self.firstPosition)
        tensors = TensorLoader(
            source,
            prefixes: ["", "mpnet."],
            known: "embeddings.LayerNorm.weight",
            epsilon: try config.number("layer_norm_eps", default: 1e-12)
        )
    }

    func model() throws(InferenceError) -> TransformerModel {
        return TransformerModel(
            shape: shape,
            precision: tensors.source.precision,
            words: try tensors.words("embeddings.word_embeddings.weight", shape),
            positions: .init(
                table: try tensors.tensor("embeddings.position_embeddings.weight", [positions, shape.width]),
                offset: Self.firstPosition
            ),
            embeddingNormalization: try tensors.layerNormalization("embeddings.LayerNorm", width: shape.width),
            placeBias: try bias(),
            order: .after,
            activation: try config.activation("hidden_act", default: .gelu),
            isGated: false,
            layers: try tensors.layers(config.size("num_hidden_layers"), "encoder.layer", Self.layer, shape),
            backend: tensors.source.backend
        )
    }

    private func bias() throws(InferenceError) -> PlaceBias {
        let table = try tensors.tensor("encoder.relative_attention_bias.weight", [Self.buckets, shape.heads])
        return PlaceBias(heads: shape.heads, reach: shape.maxTokens) { head, distance in
            table.start[Self.bucket(of: distance) * shape.heads + head]
        }
    }

    /// Half of the buckets are for tokens after; of each half, the first half for single distances, the others for
    /// distances that grow by a factor (T5's).
    private static func bucket(of distance: Int) -> Int {
        let half = buckets / 2
        let single = half / 2
        let start = distance > 0 ? half : 0
        let size = abs(distance)
        guard size >= single else { return start + size }
        let steps = logf(Float(size) / Float(single)) / logf(farthest / Float(single)) * Float(half - single)
        return start + min(single + Int(steps), half - 1)
    }
}
