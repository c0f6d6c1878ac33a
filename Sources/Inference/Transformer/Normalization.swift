import CInferenceKernels

/// How rows are normalised, and the learned scale and shift of their columns.
struct Normalization: Sendable {
    enum Kind: Sendable {
        /// To mean 0 and variance 1, then scaled and shifted.
        case layer(shift: FloatTensor)
        /// To a root mean square of 1, then scaled.
        case rootMeanSquare
    }

    let kind: Kind
    let scale: FloatTensor
    let epsilon: Float

    var width: Int { scale.count }

    /// Normalises rows that lie one after the other.
    func apply(to values: UnsafeMutablePointer<Float>, rows: Int, by kernels: Kernels) {
        switch kind {
        case .layer(let shift):
            kernels.functions.pointee.normalize(values, rows, width, scale.start, shift.start, epsilon)
        case .rootMeanSquare:
            kernels.functions.pointee.normalize_rms(values, rows, width, width, scale.start, epsilon)
        }
    }
}
