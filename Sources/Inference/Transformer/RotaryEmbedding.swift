import CInferenceKernels
import Glibc

/// Rotary position embedding (Su et al., 2021): a pair of a head's values is rotated by an angle that grows with the
/// token's place, faster for the first pairs. The pairs are (i, i + half), as in `transformers`.
final class RotaryEmbedding: Sendable {
    /// Pairs in a head.
    let half: Int
    /// Of each place: cosines of all pairs, then sines.
    private let table: FloatTensor

    /// - Parameters:
    ///   - base: θ; pair i turns by base^(-i / half) a place.
    ///   - stretch: places are divided by it (linear scaling).
    init(base: Double, headWidth: Int, places: Int, stretch: Double = 1) {
        let half = headWidth / 2
        self.half = half
        // Single precision, as the reference computes the angles: they differ by much at far places.
        let speeds = (0..<half).map { 1 / powf(Float(base), Float(2 * $0) / Float(headWidth)) / Float(stretch) }
        table = FloatTensor(count: places * headWidth) { values in
            for place in 0..<places {
                for pair in 0..<half {
                    let angle = Float(place) * speeds[pair]
                    values[place * headWidth + pair] = cosf(angle)
                    values[place * headWidth + half + pair] = sinf(angle)
                }
            }
        }
    }

    func rotate(_ values: UnsafeMutablePointer<Float>, at place: Int, by kernels: Kernels) {
        let cosines = table.start + place * half * 2
        kernels.functions.pointee.rotate(values, cosines, cosines + half, half)
    }
}
