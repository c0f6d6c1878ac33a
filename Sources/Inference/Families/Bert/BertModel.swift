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
    /// In which the feed-forward products are computed, and the others too unless it is int8.
    let precision: Precision
    let words: EmbeddingTable
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
        self.precision = precision
        words = try EmbeddingTable(
            loader.prefix + "embeddings.word_embeddings.weight",
            rows: configuration.vocabulary,
            width: configuration.width,
            in: weights
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

    /// What multiplies, by oneDNN's names, each once.
    var implementations: [String] {
        Set(
            layers.flatMap { layer in
                [layer.attention, layer.attentionOutput, layer.feedForwardUp, layer.feedForwardDown].map(
                    \.implementation
                )
            }
        )
        .sorted()
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
            return Layer(
                attention: try linear(
                    ["query", "key", "value"].map { "\(name).attention.self.\($0)" },
                    shape(width, width, attentionPrecision)
                ),
                attentionOutput: try linear(
                    ["\(name).attention.output.dense"],
                    shape(width, width, attentionPrecision, accumulates: true)
                ),
                attentionNormalization: try normalization("\(name).attention.output.LayerNorm"),
                feedForwardUp: try linear(
                    ["\(name).intermediate.dense"],
                    shape(width, configuration.feedForwardWidth, precision)
                ),
                feedForwardDown: try linear(
                    ["\(name).output.dense"],
                    shape(configuration.feedForwardWidth, width, precision, accumulates: true)
                ),
                feedForwardNormalization: try normalization("\(name).output.LayerNorm")
            )
        }

        /// Integers are for the feed-forward products alone: attention would lose too much.
        private var attentionPrecision: Precision { precision == .int8 ? .fp32 : precision }

        private func shape(
            _ inputs: Int,
            _ outputs: Int,
            _ precision: Precision,
            accumulates: Bool = false
        ) -> LinearLayer.Shape {
            LinearLayer.Shape(inputs: inputs, outputs: outputs, precision: precision, accumulates: accumulates)
        }

        /// One product for all `names`, each of `shape`, their outputs side by side.
        private func linear(_ names: [String], _ shape: LinearLayer.Shape) throws(InferenceError) -> LinearLayer {
            var matrices: [FloatTensor] = []
            var biases: [FloatTensor] = []
            for name in names {
                matrices.append(try tensor("\(name).weight", [shape.outputs, shape.inputs]))
                biases.append(try tensor("\(name).bias", [shape.outputs]))
            }
            return try LinearLayer(
                stored: names.count == 1 ? matrices[0] : FloatTensor(joining: matrices),
                bias: names.count == 1 ? biases[0] : FloatTensor(joining: biases),
                shape: self.shape(
                    shape.inputs,
                    shape.outputs * names.count,
                    shape.precision,
                    accumulates: shape.accumulates
                ),
                rows: rows,
                on: backend
            )
        }
    }
}
