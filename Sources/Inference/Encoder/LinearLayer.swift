import COneDNN

/// How a weights matrix lies in memory.
///
/// Unchecked, because a layout may be a pointer; nothing changes what it points to after it is made.
struct WeightsLayout: @unchecked Sendable {
    let value: onednn_layout_t
}

/// One linear layer: weights in the layout oneDNN multiplies fastest, and the bias.
final class LinearLayer: Sendable {
    let inputs: Int
    let outputs: Int
    let weightsType: dnnl_data_type_t
    let sourceType: dnnl_data_type_t
    let destinationType: dnnl_data_type_t
    let epilogue: onednn_epilogue_t
    let layout: WeightsLayout
    nonisolated(unsafe) let weights: UnsafeRawPointer
    let bias: FloatTensor

    /// The tensor whose memory the weights are; nil when they were packed into memory of our own.
    private let stored: FloatTensor?

    /// - Parameters:
    ///   - stored: as PyTorch stores it, one row per output.
    ///   - rows: a typical row count, for which oneDNN chooses the layout.
    ///   - makesSource: whether the result is the source of the next product and takes its type.
    /// - Throws: `.backend`, also when the processor cannot multiply in this precision.
    init(
        stored: FloatTensor,
        bias: FloatTensor,
        inputs: Int,
        outputs: Int,
        rows: Int,
        precision: Precision,
        epilogue: onednn_epilogue_t,
        makesSource: Bool,
        on backend: OneDNN
    ) throws(InferenceError) {
        let type = precision == .bf16 ? dnnl_bf16 : dnnl_f32
        self.inputs = inputs
        self.outputs = outputs
        self.bias = bias
        self.epilogue = epilogue
        sourceType = type
        weightsType = type
        destinationType = makesSource ? type : dnnl_f32
        var shape = onednn_shape_t(
            rows: Int32(rows),
            inputs: Int32(inputs),
            outputs: Int32(outputs),
            source: type,
            weights: type,
            destination: destinationType,
            epilogue: epilogue
        )
        var layout = onednn_layout_t()
        var isStoredAsFast = false
        try OneDNN.check(
            onednn_layout_preferred(backend.engine, &shape, &layout, &isStoredAsFast),
            "multiply in \(precision.rawValue)"
        )
        if isStoredAsFast, precision == .fp32 {
            onednn_layout_destroy(&layout)
            try OneDNN.check(
                onednn_layout_stored(&layout, Int32(inputs), Int32(outputs), type),
                "describe a stored matrix"
            )
            weights = UnsafeRawPointer(stored.start)
            self.stored = stored
        } else {
            weights = try Self.pack(stored, inputs: inputs, outputs: outputs, layout: &layout, on: backend)
            self.stored = nil
        }
        self.layout = WeightsLayout(value: layout)
    }

    deinit {
        if stored == nil { weights.deallocate() }
        var layout = layout.value
        onednn_layout_destroy(&layout)
    }

    private static func pack(
        _ stored: FloatTensor,
        inputs: Int,
        outputs: Int,
        layout: inout onednn_layout_t,
        on backend: OneDNN
    ) throws(InferenceError) -> UnsafeRawPointer {
        let packed = UnsafeMutableRawPointer.allocate(byteCount: onednn_layout_size(&layout), alignment: 64)
        var stream: dnnl_stream_t?
        var status = dnnl_stream_create(&stream, backend.engine, UInt32(dnnl_stream_default_flags.rawValue))
        if status == dnnl_success {
            status = onednn_pack(
                backend.engine,
                stream,
                Int32(inputs),
                Int32(outputs),
                stored.start,
                &layout,
                packed
            )
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
