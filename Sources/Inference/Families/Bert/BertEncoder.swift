import COneDNN
import CInferenceKernels

/// Computes the vectors of texts, their tokens packed one after the other into the rows of one matrix, without padding.
/// Belongs to one worker thread.
final class BertEncoder {
    /// Rows of the matrices between two attentions; their results stay in the cache from one product to the next.
    static let tile = 128
    /// oneDNN's packed layouts need whole blocks of rows.
    static let rowBlock = 16

    /// Rows one call can take, a multiple of the block of rows.
    let capacity: Int

    private let model: BertModel
    private let configuration: ModelConfiguration
    private let backend: OneDNN
    private let kernels: UnsafePointer<inference_kernels_t>
    private let activate: Kernels.Activation
    private let workspace: Workspace
    private let stream: dnnl_stream_t
    private var products: [ProductKey: MatrixProduct] = [:]
    private let levels = OneDNN.quantizationLevels

    private struct ProductKey: Hashable {
        let rows: Int
        let shape: LinearLayer.Shape
    }

    /// - Parameter rows: tokens one call should be able to take; at least one text of maximal length always fits.
    init(
        _ model: BertModel,
        rows: Int,
        kernels: Kernels,
        backend: OneDNN
    ) throws(InferenceError) {
        self.model = model
        self.backend = backend
        self.kernels = kernels.functions
        configuration = model.configuration
        activate = kernels.activation(configuration.activation)
        let most = max(rows, configuration.maxTokens)
        capacity = (most + Self.rowBlock - 1) / Self.rowBlock * Self.rowBlock
        workspace = Workspace(configuration, rows: capacity, tile: min(Self.tile, capacity))
        var stream: dnnl_stream_t?
        try OneDNN.check(
            dnnl_stream_create(&stream, backend.engine, UInt32(dnnl_stream_default_flags.rawValue)),
            "create a stream"
        )
        guard let stream else { throw InferenceError(.backend, "oneDNN gave no stream") }
        self.stream = stream
    }

    deinit { dnnl_stream_destroy(stream) }

    /// - Parameters:
    ///   - tokens: of all texts, at most `capacity`, all below the size of the vocabulary.
    ///   - lengths: tokens of each text, at least 1 and at most the model's `maxTokens`.
    /// - Returns: one vector of unit length for each text.
    func encode(_ tokens: [Int32], lengths: [Int]) throws(InferenceError) -> [[Float]] {
        precondition(tokens.count <= capacity && lengths.reduce(0, +) == tokens.count)
        let rows = (tokens.count + Self.rowBlock - 1) / Self.rowBlock * Self.rowBlock
        try embed(tokens, lengths: lengths, rows: rows)
        for layer in model.layers {
            try multiply(layer.attention, workspace.residual, into: workspace.attention, rows: rows)
            attend(lengths)
            for start in stride(from: 0, to: rows, by: Self.tile) {
                try finish(layer, from: start, rows: min(Self.tile, rows - start))
            }
        }
        return pool(lengths)
    }

    /// Sums of word, position and type embeddings, normalised; rows past the last token are zero.
    private func embed(_ tokens: [Int32], lengths: [Int], rows: Int) throws(InferenceError) {
        let width = configuration.width
        var row = 0
        for length in lengths {
            for position in 0..<length {
                let destination = workspace.residual + row * width
                try model.words.copy(row: Int(tokens[row]), to: destination)
                let offset = position + configuration.positionOffset
                kernels.pointee.add(destination, model.positions.start + offset * width, model.tokenType.start, width)
                row += 1
            }
        }
        (workspace.residual + row * width).update(repeating: 0, count: (rows - row) * width)
        (workspace.mixed + row * width).update(repeating: 0, count: (rows - row) * width)
        normalize(workspace.residual, rows: row, by: model.embeddingNormalization)
    }

    private func attend(_ lengths: [Int]) {
        let width = configuration.width
        let headWidth = configuration.headWidth
        var row = 0
        for length in lengths {
            for head in 0..<configuration.heads {
                let query = workspace.attention + row * width * 3 + head * headWidth
                kernels.pointee.attend(
                    query,
                    query + width,
                    query + width * 2,
                    width * 3,
                    length,
                    headWidth,
                    workspace.mixed + row * width + head * headWidth,
                    width,
                    workspace.scores
                )
            }
            row += length
        }
    }

    /// All of a layer after its attention, for one tile of rows.
    private func finish(_ layer: BertModel.Layer, from start: Int, rows: Int) throws(InferenceError) {
        let residual = workspace.residual + start * configuration.width
        try multiply(
            layer.attentionOutput,
            workspace.mixed + start * configuration.width,
            into: residual,
            rows: rows
        )
        normalize(residual, rows: rows, by: layer.attentionNormalization)
        try multiply(layer.feedForwardUp, residual, into: workspace.feedForward, rows: rows)
        activate(workspace.feedForward, rows * configuration.feedForwardWidth)
        try multiply(layer.feedForwardDown, workspace.feedForward, into: residual, rows: rows)
        normalize(residual, rows: rows, by: layer.feedForwardNormalization)
    }

    private func normalize(_ values: UnsafeMutablePointer<Float>, rows: Int, by parameters: BertModel.Normalization) {
        kernels.pointee.normalize(
            values,
            rows,
            configuration.width,
            parameters.scale.start,
            parameters.shift.start,
            configuration.normalizationEpsilon
        )
    }

    /// A product on fp32 rows with an fp32 result, whatever the layer multiplies in.
    private func multiply(
        _ layer: LinearLayer,
        _ source: UnsafePointer<Float>,
        into destination: UnsafeMutablePointer<Float>,
        rows: Int
    ) throws(InferenceError) {
        switch layer.shape.precision {
        case .fp32:
            try run(layer, source, into: destination, rows: rows)
        case .bf16:
            let rounded = workspace.converted.assumingMemoryBound(to: UInt16.self)
            kernels.pointee.round(source, rows * layer.shape.inputs, rounded)
            try run(layer, rounded, into: destination, rows: rows)
        case .int8:
            try multiplyQuantized(layer, source, into: destination, rows: rows)
        }
    }

    private func multiplyQuantized(
        _ layer: LinearLayer,
        _ source: UnsafePointer<Float>,
        into destination: UnsafeMutablePointer<Float>,
        rows: Int
    ) throws(InferenceError) {
        guard let weights = layer.quantization else { throw InferenceError(.backend, "a layer is not quantized") }
        let bytes = workspace.converted.assumingMemoryBound(to: UInt8.self)
        kernels.pointee.quantize(source, rows, layer.shape.inputs, levels, bytes, workspace.rowScales)
        try run(layer, bytes, into: workspace.sums, rows: rows)
        kernels.pointee.dequantize(
            workspace.sums,
            rows,
            layer.shape.outputs,
            workspace.rowScales,
            weights.scales,
            weights.sums,
            layer.bias.start,
            layer.shape.accumulates,
            destination
        )
    }

    private func run(
        _ layer: LinearLayer,
        _ source: UnsafeRawPointer,
        into destination: UnsafeMutableRawPointer,
        rows: Int
    ) throws(InferenceError) {
        let key = ProductKey(rows: rows, shape: layer.shape)
        let product: MatrixProduct
        if let known = products[key] {
            product = known
        } else {
            product = try MatrixProduct(rows: rows, like: layer, on: backend)
            products[key] = product
        }
        try product.run(layer, source: source, destination: destination, stream: stream)
    }

    private func pool(_ lengths: [Int]) -> [[Float]] {
        let width = configuration.width
        var start = workspace.residual
        return lengths.map { length in
            defer { start += length * width }
            let vector: [Float] =
                switch configuration.pooling {
                case .firstToken: Array(UnsafeBufferPointer(start: start, count: width))
                case .mean: pooled(start, length, from: 0, by: kernels.pointee.sum)
                case .maximum: pooled(start, length, from: -.infinity, by: kernels.pointee.maximum)
                }
            return Self.unitLength(vector)
        }
    }

    private func pooled(
        _ rows: UnsafePointer<Float>,
        _ count: Int,
        from initial: Float,
        by kernel: @convention(c) (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>) -> Void
    ) -> [Float] {
        let width = configuration.width
        return [Float](unsafeUninitializedCapacity: width) { buffer, initialized in
            guard let start = buffer.baseAddress else { return }
            start.initialize(repeating: initial, count: width)
            kernel(rows, count, width, start)
            initialized = width
        }
    }

    /// The sum of a mean need not be divided: the length is taken out anyway.
    private static func unitLength(_ vector: [Float]) -> [Float] {
        let norm = vector.reduce(into: Double(0)) { $0 += Double($1) * Double($1) }.squareRoot()
        guard norm > 0 else { return vector }
        return vector.map { Float(Double($0) / norm) }
    }
}
