import Glibc
import JSON

extension ModelFamily {
    /// JinaBERT (Günther et al., 2023; jina-embeddings-v2): BERT with linear biases for distances in place of learned
    /// positions (ALiBi, Press et al., 2021), and gated feed-forward parts.
    static let jinaBert = ModelFamily(
        modelTypes: ["bert", "jina_bert"],
        recognizes: { $0.value("position_embedding_type")?.string == "alibi" },
        load: { source throws(InferenceError) in try JinaBertLoader(source).model() }
    )
}

/// Reads a model of JinaBERT's family.
private struct JinaBertLoader {
    private let config: ModelFile
    private let shape: TransformerShape
    private let tensors: TensorLoader

    private static let layer = LayerNames(
        attention: ["attention.self.query", "attention.self.key", "attention.self.value"],
        attentionOutput: "attention.output.dense",
        attentionNormalization: "attention.output.LayerNorm",
        feedForwardUp: ["mlp.gated_layers"],
        feedForwardDown: "mlp.wo",
        feedForwardNormalization: "mlp.layernorm",
        isGated: true,
        feedForwardUpHasBias: false
    )

    init(_ source: ModelSource) throws(InferenceError) {
        config = source.folder.config
        shape = try TransformerShape(config)
        tensors = TensorLoader(
            source,
            prefixes: ["", "bert."],
            known: "embeddings.LayerNorm.weight",
            epsilon: try config.number("layer_norm_eps", default: 1e-12)
        )
        guard !tensors.has("encoder.layer.0.attention.self.layer_norm_q.weight") else {
            throw InferenceError(.unsupportedModel, "\(source.weights.path): normalised queries and keys")
        }
    }

    func model() throws(InferenceError) -> TransformerModel {
        let kinds = try config.size("type_vocab_size")
        return TransformerModel(
            shape: shape,
            precision: tensors.source.precision,
            words: try tensors.words("embeddings.word_embeddings.weight", shape),
            tokenTypes: try tensors.tensor("embeddings.token_type_embeddings.weight", [kinds, shape.width]),
            embeddingNormalization: try tensors.layerNormalization("embeddings.LayerNorm", width: shape.width),
            placeBias: bias(),
            order: .after,
            activation: try activation(),
            isGated: true,
            layers: try tensors.layers(config.size("num_hidden_layers"), "encoder.layer", Self.layer, shape),
            backend: tensors.source.backend
        )
    }

    private func activation() throws(InferenceError) -> Activation {
        let type = try config.name("feed_forward_type", default: "geglu")
        switch type {
        case "geglu": return .gelu
        case "reglu": return .relu
        default: throw config.unsupported("feed_forward_type", "'\(type.shortened)' is not supported")
        }
    }

    private func bias() -> PlaceBias {
        let slopes = Self.slopes(heads: shape.heads)
        return PlaceBias(heads: shape.heads, reach: shape.maxTokens) { -slopes[$0] * Float(abs($1)) }
    }

    /// A geometric series for a power of two of heads; the heads past it take every other of the next series.
    private static func slopes(heads: Int) -> [Float] {
        func series(_ count: Int) -> [Float] { (1...count).map { Float(pow(2, -8 * Double($0) / Double(count))) } }
        let whole = 1 << (Int.bitWidth - 1 - heads.leadingZeroBitCount)
        let others = series(whole * 2).enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        return series(whole) + others.prefix(heads - whole)
    }
}
