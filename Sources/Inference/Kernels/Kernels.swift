import CInferenceKernels

/// The encoder's loops between matrix products, for one instruction set.
struct Kernels: Sendable {
    nonisolated(unsafe) let functions: UnsafePointer<inference_kernels_t>

    /// From the fastest to the one that every processor has.
    private static let names = ["avx512_bf16", "avx512", "avx2", "generic"]

    /// Nil when this processor does not have the instruction set.
    init?(_ name: String) {
        guard let functions = inference_kernels(name) else { return nil }
        self.functions = functions
    }

    /// The fastest for this processor whose registers the model's widths fill.
    /// - Throws: `.unsupportedModel` when one is too narrow for any.
    init(fitting widths: [Int]) throws(InferenceError) {
        guard let best = Self.names.lazy.compactMap(Kernels.init).first(where: { $0.fit(widths) }) else {
            throw InferenceError(.unsupportedModel, "heads and layers must be multiples of 8 wide")
        }
        self = best
    }

    var name: String { String(cString: functions.pointee.name) }

    func fit(_ widths: [Int]) -> Bool { widths.allSatisfy { $0 % functions.pointee.register_width == 0 } }

    func activation(_ activation: Inference.Activation) -> Activation {
        switch activation {
        case .gelu: functions.pointee.gelu
        case .geluTanh, .geluPyTorchTanh: functions.pointee.gelu_tanh
        case .relu: functions.pointee.relu
        case .silu, .swish: functions.pointee.silu
        }
    }

    /// Attention for a model that multiplies in `precision`.
    func attention(in precision: Precision) -> inference_attend_t {
        precision == .bf16 ? functions.pointee.attend_in_pairs ?? functions.pointee.attend : functions.pointee.attend
    }

    typealias Activation = @convention(c) (UnsafeMutablePointer<Float>, Int) -> Void
}
