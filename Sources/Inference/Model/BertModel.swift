import COneDNN

/// The weights of a BERT encoder, ready to be multiplied.
struct BertModel: Sendable {
    /// Scale and shift of a layer normalisation.
    struct Normalization: Sendable {
        let scale: FloatTensor
        let shift: FloatTensor
    }

    /// One transformer layer.
    struct Layer: Sendable {
        /// Queries, keys, and values, in one product.
        let attention: LinearLayer
        /// Adds to the residual.
        let attentionOutput: LinearLayer
        let attentionNormalization: Normalization
        let feedForwardUp: LinearLayer
        /// Adds to the residual.
        let feedForwardDown: LinearLayer
        let feedForwardNormalization: Normalization
    }

    let configuration: ModelConfiguration
    let words: FloatTensor
    let positions: FloatTensor
    /// The embedding of token type 0, the only one a single text has.
    let tokenType: FloatTensor
    let embeddingNormalization: Normalization
    let layers: [Layer]

    /// - Parameter rows: the rows most products will have.
    /// - Throws: `.invalidModel`, `.unsupportedModel`, `.backend`.
    init(
        _ configuration: ModelConfiguration,
        weights: Safetensors,
        precision: Precision,
        rows: Int,
        on backend: OneDNN
    ) throws(InferenceError) {
        let loader = Loader(configuration, weights, precision, rows, backend)
        self.configuration = configuration
        words = try loader.tensor(
            "embeddings.word_embeddings.weight",
            [configuration.vocabulary, configuration.width]
        )
        positions = try loader.tensor(
            "embeddings.position_embeddings.weight",
            [configuration.positions, configuration.width]
        )
        tokenType = try loader.tensor(
            "embeddings.token_type_embeddings.weight",
            [configuration.tokenTypes, configuration.width]
        )
        embeddingNormalization = try loader.normalization("embeddings.LayerNorm")
        var layers: [Layer] = []
        for index in 0..<configuration.layers { layers.append(try loader.layer(index)) }
        self.layers = layers
    }

    /// Finds tensors by their names in PyTorch and makes layers of them.
    private struct Loader {
        let configuration: ModelConfiguration
        let weights: Safetensors
        let precision: Precision
        let rows: Int
        let backend: OneDNN
        /// What stands before every name: a model saved with a head has its encoder under a name.
        let prefix: String

        init(
            _ configuration: ModelConfiguration,
            _ weights: Safetensors,
            _ precision: Precision,
            _ rows: Int,
            _ backend: OneDNN
        ) {
            self.configuration = configuration
            self.weights = weights
            self.precision = precision
            self.rows = rows
            self.backend = backend
            let prefixes = ["", "bert.", "roberta."]
            prefix = prefixes.first { weights.tensors["\($0)embeddings.LayerNorm.weight"] != nil } ?? ""
        }

        func tensor(_ name: String, _ shape: [Int]) throws(InferenceError) -> FloatTensor {
            try FloatTensor(prefix + name, shape: shape, in: weights)
        }

        func normalization(_ name: String) throws(InferenceError) -> Normalization {
            Normalization(
                scale: try tensor("\(name).weight", [configuration.width]),
                shift: try tensor("\(name).bias", [configuration.width])
            )
        }

        func layer(_ index: Int) throws(InferenceError) -> Layer {
            let name = "encoder.layer.\(index)"
            let width = configuration.width
            let activation: onednn_epilogue_t =
                switch configuration.activation {
                case .gelu: onednn_gelu_erf
                case .geluTanh, .geluPyTorchTanh: onednn_gelu_tanh
                case .relu: onednn_relu
                }
            return Layer(
                attention: try linear(
                    ["query", "key", "value"].map { "\(name).attention.self.\($0)" },
                    width,
                    width,
                    onednn_plain
                ),
                attentionOutput: try linear(["\(name).attention.output.dense"], width, width, onednn_accumulate),
                attentionNormalization: try normalization("\(name).attention.output.LayerNorm"),
                feedForwardUp: try linear(
                    ["\(name).intermediate.dense"],
                    width,
                    configuration.feedForwardWidth,
                    activation,
                    makesSource: true
                ),
                feedForwardDown: try linear(
                    ["\(name).output.dense"],
                    configuration.feedForwardWidth,
                    width,
                    onednn_accumulate
                ),
                feedForwardNormalization: try normalization("\(name).output.LayerNorm")
            )
        }

        /// One product for all `names`, their outputs side by side.
        private func linear(
            _ names: [String],
            _ inputs: Int,
            _ outputs: Int,
            _ epilogue: onednn_epilogue_t,
            makesSource: Bool = false
        ) throws(InferenceError) -> LinearLayer {
            var matrices: [FloatTensor] = []
            var biases: [FloatTensor] = []
            for name in names {
                matrices.append(try tensor("\(name).weight", [outputs, inputs]))
                biases.append(try tensor("\(name).bias", [outputs]))
            }
            return try LinearLayer(
                stored: names.count == 1 ? matrices[0] : FloatTensor(joining: matrices),
                bias: names.count == 1 ? biases[0] : FloatTensor(joining: biases),
                inputs: inputs,
                outputs: outputs * names.count,
                rows: rows,
                precision: precision,
                epilogue: epilogue,
                makesSource: makesSource,
                on: backend
            )
        }
    }
}
