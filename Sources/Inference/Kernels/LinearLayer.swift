import COneDNN

/// How a weights matrix lies in memory.
///
/// Unchecked, because a layout may be a pointer; nothing changes what it points to after it is made.
struct WeightsLayout: @unchecked Sendable {
    let value: onednn_layout_t
}

/// One linear layer: weights in the layout oneDNN multiplies fastest, and the bias.
final class LinearLayer: Sendable {
    /// What makes two products the same but for the weights.
    struct Shape: Hashable, Sendable {
        let inputs: Int
        let outputs: Int
        let precision: Precision
        /// Whether the result is added to what the destination holds.
        let accumulates: Bool
    }

    let shape: Shape
    let layout: WeightsLayout
    nonisolated(unsafe) let weights: UnsafeRawPointer
    let bias: FloatTensor
    /// What gives the products of integers their values; nil unless the precision is int8.
    let quantization: WeightQuantization?
    /// oneDNN's name of what multiplies.
    let implementation: String

    /// The tensor whose memory the weights are; nil when they were packed into memory of our own.
    private let stored: FloatTensor?

    /// - Parameters:
    ///   - stored: as PyTorch stores it, one row per output.
    ///   - rows: a typical row count, for which oneDNN chooses the layout.
    /// - Throws: `.backend`, also when the processor cannot multiply in this precision.
    init(
        stored: FloatTensor,
        bias: FloatTensor,
        shape: Shape,
        rows: Int,
        on backend: OneDNN
    ) throws(InferenceError) {
        self.shape = shape
        self.bias = bias
        var layout = onednn_layout_t()
        var wanted = shape.product(rows: rows)
        try OneDNN.check(
            onednn_layout_preferred(backend.engine, &wanted, &layout),
            "multiply in \(shape.precision.rawValue)"
        )
        implementation = try Self.implementation(of: shape, on: layout, rows: rows, backend)
        if shape.precision == .int8 {
            let quantized = QuantizedMatrix(stored, inputs: shape.inputs, outputs: shape.outputs)
            quantization = quantized.quantization
            weights = try Self.pack(quantized.values, of: dnnl_s8, shape, &layout, on: backend)
            self.stored = nil
        } else if shape.precision == .fp32, implementation.hasPrefix("gemm") {
            // It packs the weights again in every call, so they may as well stay where they are.
            quantization = nil
            onednn_layout_destroy(&layout)
            try OneDNN.check(
                onednn_layout_stored(&layout, Int32(shape.inputs), Int32(shape.outputs), dnnl_f32),
                "describe a stored matrix"
            )
            weights = UnsafeRawPointer(stored.start)
            self.stored = stored
        } else {
            quantization = nil
            weights = try Self.pack(stored.start, of: dnnl_f32, shape, &layout, on: backend)
            self.stored = nil
        }
        self.layout = WeightsLayout(value: layout)
    }

    deinit {
        if stored == nil { weights.deallocate() }
        var layout = layout.value
        onednn_layout_destroy(&layout)
    }

    /// What multiplies, for the usual rows as for the fewest.
    /// - Throws: `.backend` when that is oneDNN's reference implementation, right but slower by a hundred times, though
    ///   another precision would spare it.
    private static func implementation(
        of shape: Shape,
        on layout: onednn_layout_t,
        rows: Int,
        _ backend: OneDNN
    ) throws(InferenceError) -> String {
        let usual = try backend.implementation(of: shape.product(rows: rows), on: layout)
        let fewest = try backend.implementation(of: shape.product(rows: TransformerEncoder.rowBlock), on: layout)
        if shape.precision != .fp32, usual.hasPrefix("ref") || fewest.hasPrefix("ref") {
            throw InferenceError(.backend, "oneDNN has only a reference implementation for \(shape.precision.rawValue)")
        }
        return usual
    }

    private static func pack(
        _ stored: UnsafeRawPointer,
        of type: dnnl_data_type_t,
        _ shape: Shape,
        _ layout: inout onednn_layout_t,
        on backend: OneDNN
    ) throws(InferenceError) -> UnsafeRawPointer {
        let packed = UnsafeMutableRawPointer.allocate(byteCount: onednn_layout_size(&layout), alignment: 64)
        var stream: dnnl_stream_t?
        var status = dnnl_stream_create(&stream, backend.engine, UInt32(dnnl_stream_default_flags.rawValue))
        if status == dnnl_success {
            let (inputs, outputs) = (Int32(shape.inputs), Int32(shape.outputs))
            status = onednn_pack(backend.engine, stream, inputs, outputs, type, stored, &layout, packed)
            dnnl_stream_destroy(stream)
        }
        do {
            try OneDNN.check(status, "pack weights")
        } catch {
            packed.deallocate()
            throw error
        }
        return UnsafeRawPointer(packed)
    }
}

extension LinearLayer.Shape {
    /// The product of so many rows as oneDNN sees it: integers are multiplied to sums of 32 bits, all else to f32.
    func product(rows: Int) -> onednn_shape_t {
        let (source, weights, destination) =
            switch precision {
            case .fp32: (dnnl_f32, dnnl_f32, dnnl_f32)
            case .bf16: (dnnl_bf16, dnnl_bf16, dnnl_f32)
            case .int8: (dnnl_u8, dnnl_s8, dnnl_s32)
            }
        return onednn_shape_t(
            rows: Int32(rows),
            inputs: Int32(inputs),
            outputs: Int32(outputs),
            source: source,
            weights: weights,
            destination: destination,
            accumulates: accumulates && precision != .int8
        )
    }
}
