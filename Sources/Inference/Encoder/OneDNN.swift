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

    /// The fastest precision whose results are those of fp32 for every purpose of search.
    static var bestPrecision: Precision {
        multipliesBFloat16 ? .bf16 : .fp32
    }

    /// Whether bfloat16 products run on instructions of their own rather than on emulation.
    private static var multipliesBFloat16: Bool {
        let set = dnnl_get_effective_cpu_isa().rawValue
        let needed = dnnl_cpu_isa_avx512_core_bf16.rawValue
        return set != dnnl_cpu_isa_all.rawValue && set & needed == needed
    }
}
