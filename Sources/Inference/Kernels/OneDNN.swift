import COneDNN

/// The processor as oneDNN sees it.
final class OneDNN: Sendable {
    nonisolated(unsafe) let engine: dnnl_engine_t

    init() throws(InferenceError) {
        var engine: dnnl_engine_t?
        try OneDNN.check(dnnl_engine_create(&engine, dnnl_cpu, 0), "create an engine")
        guard let engine else { throw InferenceError(.backend, "oneDNN gave no engine") }
        self.engine = engine
    }

    deinit { dnnl_engine_destroy(engine) }

    static func check(_ status: dnnl_status_t, _ operation: String) throws(InferenceError) {
        guard status == dnnl_success else {
            throw InferenceError(.backend, "oneDNN could not \(operation) (status \(status.rawValue))")
        }
    }

    /// The name of what computes a product on weights of `layout`, such as `gemm:jit` or `ref:any`.
    func implementation(of shape: onednn_shape_t, on layout: onednn_layout_t) throws(InferenceError) -> String {
        let (status, name) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(ONEDNN_NAME_SIZE)) { buffer in
            guard let start = buffer.baseAddress else { return (dnnl_out_of_memory, "") }
            var (shape, layout) = (shape, layout)
            let status = onednn_implementation(engine, &shape, &layout, start)
            return (status, status == dnnl_success ? String(cString: start) : "")
        }
        try Self.check(status, "name an implementation")
        return name
    }

    /// The largest byte a quantized row may hold: without VNNI, two products of a byte and a weight are added in 16
    /// bits.
    static var quantizationLevels: Float {
        has(dnnl_cpu_isa_avx512_core_vnni) ? 255 : 127
    }

    /// Whether the processor has these instructions, and oneDNN may use them.
    fileprivate static func has(_ needed: dnnl_cpu_isa_t) -> Bool {
        dnnl_get_effective_cpu_isa().rawValue & needed.rawValue == needed.rawValue
    }
}

extension Precision {
    /// The fastest on this processor whose results are those of fp32 for every purpose of search.
    package static var best: Precision { OneDNN.has(dnnl_cpu_isa_avx512_core_bf16) ? .bf16 : .fp32 }
}
