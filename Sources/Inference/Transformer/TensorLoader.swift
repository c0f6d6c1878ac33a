/// Finds tensors by their names in PyTorch and makes the parts of a transformer of them.
struct TensorLoader {
    /// What a product is for: integers are for the feed-forward products alone, attention would lose too much.
    enum Part {
        case attention
        case feedForward
    }

    let source: ModelSource
    /// What stands before every name: a model saved with a head has its encoder under a name.
    let prefix: String
    /// Of every normalisation.
    let epsilon: Float

    /// - Parameters:
    ///   - prefixes: of which the first counts under which there is `known`.
    init(_ source: ModelSource, prefixes: [String], known: String, epsilon: Double) {
        self.source = source
        self.epsilon = Float(epsilon)
        prefix = prefixes.first { source.weights.tensors[$0 + known] != nil } ?? ""
    }

    func has(_ name: String) -> Bool { source.weights.tensors[prefix + name] != nil }

    func tensor(_ name: String, _ shape: [Int]) throws(InferenceError) -> FloatTensor {
        try FloatTensor(prefix + name, shape: shape, in: source.weights)
    }

    func words(_ name: String, _ shape: TransformerShape) throws(InferenceError) -> EmbeddingTable {
        try EmbeddingTable(prefix + name, rows: shape.vocabulary, width: shape.width, in: source.weights)
    }

    /// - Parameter hasShift: some models leave it out; the shift is then zero.
    func layerNormalization(
        _ name: String,
        width: Int,
        hasShift: Bool = true
    ) throws(InferenceError) -> Normalization {
        let shift = hasShift ? try tensor("\(name).bias", [width]) : FloatTensor(zeros: width)
        return Normalization(
            kind: .layer(shift: shift),
            scale: try tensor("\(name).weight", [width]),
            epsilon: epsilon
        )
    }

    func rootMeanSquare(_ name: String, width: Int) throws(InferenceError) -> Normalization {
        Normalization(kind: .rootMeanSquare, scale: try tensor("\(name).weight", [width]), epsilon: epsilon)
    }

    func linear(
        _ name: String,
        _ inputs: Int,
        _ outputs: Int,
        for part: Part,
        hasBias: Bool = true,
        accumulates: Bool = false
    ) throws(InferenceError) -> LinearLayer {
        try linear([(name, outputs)], inputs, for: part, hasBias: hasBias, accumulates: accumulates)
    }

    /// One product for all `names`, their outputs side by side.
    func linear(
        _ names: [(name: String, outputs: Int)],
        _ inputs: Int,
        for part: Part,
        hasBias: Bool = true,
        accumulates: Bool = false
    ) throws(InferenceError) -> LinearLayer {
        var matrices: [FloatTensor] = []
        var biases: [FloatTensor] = []
        for (name, outputs) in names {
            matrices.append(try tensor("\(name).weight", [outputs, inputs]))
            biases.append(hasBias ? try tensor("\(name).bias", [outputs]) : FloatTensor(zeros: outputs))
        }
        return try linear(matrices, biases, inputs, for: part, accumulates: accumulates)
    }

    /// One product of `matrices`, their outputs side by side.
    func linear(
        _ matrices: [FloatTensor],
        _ biases: [FloatTensor],
        _ inputs: Int,
        for part: Part,
        accumulates: Bool = false
    ) throws(InferenceError) -> LinearLayer {
        try LinearLayer(
            stored: matrices.count == 1 ? matrices[0] : FloatTensor(joining: matrices),
            bias: biases.count == 1 ? biases[0] : FloatTensor(joining: biases),
            shape: LinearLayer.Shape(
                inputs: inputs,
                outputs: biases.reduce(0) { $0 + $1.count },
                precision: part == .attention && source.precision == .int8 ? .fp32 : source.precision,
                accumulates: accumulates
            ),
            rows: TransformerEncoder.tile,
            on: source.backend
        )
    }
}
