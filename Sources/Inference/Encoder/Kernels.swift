import CInferenceKernels

/// The encoder's loops between matrix products, for the processor's best instruction set or a chosen one.
struct Kernels: Sendable {
    nonisolated(unsafe) let functions: UnsafePointer<inference_kernels_t>

    static let best = Kernels(functions: inference_kernels_best())

    private init(functions: UnsafePointer<inference_kernels_t>) { self.functions = functions }

    /// Nil when this processor does not have the instruction set.
    init?(_ name: String) {
        guard let functions = inference_kernels(name) else { return nil }
        self.functions = functions
    }

    var name: String { String(cString: functions.pointee.name) }
}
