import COneDNN
import CInferenceKernels

/// Multiplies fp32 rows by linear layers to fp32 rows, whatever the layers multiply in. Belongs to one thread.
final class LayerProducts {
    private let backend: OneDNN
    private let kernels: UnsafePointer<inference_kernels_t>
    private let stream: dnnl_stream_t
    private var products: [ProductKey: MatrixProduct] = [:]
    private let levels = OneDNN.quantizationLevels
    /// The source of a product in bf16 or int8.
    private let converted: UnsafeMutableRawPointer
    /// One tile of products in int8, and how the rows they came from were quantized.
    private let sums: UnsafeMutablePointer<Int32>
    private let rowScales: UnsafeMutablePointer<inference_row_scale_t>

    private struct ProductKey: Hashable {
        let rows: Int
        let shape: LinearLayer.Shape
    }

    /// - Parameters:
    ///   - rows: the most that a product for attention takes.
    ///   - tile: the most that any other takes.
    init(_ model: TransformerModel, rows: Int, tile: Int, kernels: Kernels) throws(InferenceError) {
        let shape = model.shape
        backend = model.backend
        self.kernels = kernels.functions
        let widest = max(shape.width, shape.queryWidth, shape.feedForwardWidth)
        let halves: UnsafeMutablePointer<UInt16> = Workspace.allocate(max(rows * shape.width, tile * widest))
        converted = UnsafeMutableRawPointer(halves)
        sums = Workspace.allocate(tile * max(widest, shape.feedForwardWidth * (model.isGated ? 2 : 1)))
        rowScales = Workspace.allocate(tile)
        var stream: dnnl_stream_t?
        try OneDNN.check(
            dnnl_stream_create(&stream, backend.engine, UInt32(dnnl_stream_default_flags.rawValue)),
            "create a stream"
        )
        guard let stream else { throw InferenceError(.backend, "oneDNN gave no stream") }
        self.stream = stream
    }

    deinit {
        dnnl_stream_destroy(stream)
        converted.deallocate()
        sums.deallocate()
        rowScales.deallocate()
    }

    func multiply(
        _ layer: LinearLayer,
        _ source: UnsafePointer<Float>,
        into destination: UnsafeMutablePointer<Float>,
        rows: Int
    ) throws(InferenceError) {
        switch layer.shape.precision {
        case .fp32:
            try run(layer, source, into: destination, rows: rows)
        case .bf16:
            let rounded = converted.assumingMemoryBound(to: UInt16.self)
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
        let bytes = converted.assumingMemoryBound(to: UInt8.self)
        kernels.pointee.quantize(source, rows, layer.shape.inputs, levels, bytes, rowScales)
        try run(layer, bytes, into: sums, rows: rows)
        kernels.pointee.dequantize(
            sums,
            rows,
            layer.shape.outputs,
            rowScales,
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
}
