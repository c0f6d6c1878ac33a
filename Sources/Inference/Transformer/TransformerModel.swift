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
    /// The embeddings of token types: 0 for a single text and the first of two, 1 for the second if there are two.
    var tokenTypes: FloatTensor?
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

    func makeEncoder(rows: Int, threads: Int, kernels: Kernels) throws(InferenceError) -> any RowEncoder {
        try TransformerEncoder(self, rows: rows, threads: threads, kernels: kernels)
    }

    /// Adds what the first layer should know of a token's place, and of which text of two it belongs to.
    func addPlace(_ place: Int, type: Int, to row: UnsafeMutablePointer<Float>, by kernels: Kernels) {
        let position = positions.map { $0.table.start + (place + $0.offset) * width }
        let kind = tokenTypes.map { $0.start + min(type, $0.count / width - 1) * width }
        let functions = kernels.functions.pointee
        switch (position, kind) {
        case (let position?, let type?): functions.add(row, position, type, width)
        case (let one?, nil), (nil, let one?): functions.add_one(row, one, width)
        case (nil, nil): break
        }
    }
}
