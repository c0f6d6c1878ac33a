import CInferenceKernels

/// The weights of a transformer that encodes text, ready to be multiplied. Families differ in what they fill in here.
struct TransformerModel: LoadedModel {
    enum Order: Sendable {
        /// The residual is normalised after attention, and after the feed-forward part.
        case after
        /// What goes into attention, and into the feed-forward part, is normalised, the residual is not.
        case before
    }

    /// Learned embeddings of places; the first token's is at `offset`.
    struct Positions: Sendable {
        let table: FloatTensor
        let offset: Int
    }

    let shape: TransformerShape
    /// In which the feed-forward products are computed, and the others too unless it is int8.
    let precision: Precision
    let words: EmbeddingTable
    var positions: Positions?
    /// The embedding of token type 0, the only one a single text has.
    var tokenType: FloatTensor?
    var embeddingNormalization: Normalization?
    var placeBias: PlaceBias?
    let order: Order
    let activation: Activation
    /// Whether the feed-forward part multiplies what it activates by a gate.
    let isGated: Bool
    let layers: [TransformerLayer]
    var finalNormalization: Normalization?
    let backend: OneDNN

    var width: Int { shape.width }
    var vocabulary: Int { shape.vocabulary }
    var maxTokens: Int { shape.maxTokens }
    var kernelWidths: [Int] { [shape.width, shape.headWidth, shape.feedForwardWidth] }

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

    func makeEncoder(rows: Int, kernels: Kernels) throws(InferenceError) -> sending any RowEncoder {
        try TransformerEncoder(self, rows: rows, kernels: kernels)
    }

    /// Adds what the first layer should know of a token's place in its text.
    func addPlace(_ place: Int, to row: UnsafeMutablePointer<Float>, by kernels: Kernels) {
        let position = positions.map { $0.table.start + (place + $0.offset) * width }
        let functions = kernels.functions.pointee
        switch (position, tokenType?.start) {
        case (let position?, let type?): functions.add(row, position, type, width)
        case (let one?, nil), (nil, let one?): functions.add_one(row, one, width)
        case (nil, nil): break
        }
    }
}
