import CInferenceKernels
import Glibc
import Testing

@testable import Inference

@Suite("Kernels") struct KernelTests {
    /// Those this processor has.
    static let kernels = ["generic", "generic16", "avx2", "avx512"].compactMap(Kernels.init)

    private static func values(_ count: Int, in range: ClosedRange<Float>, seed: UInt64 = 1) -> [Float] {
        var random = SplitMix64(state: seed)
        return (0..<count).map { _ in Float.random(in: range, using: &random) }
    }

    @Test(arguments: kernels)
    func `activates as the definitions say`(kernels: Kernels) {
        let inputs = [0, -0.0, 1e-20, -1e-20, 100, -100, 1e4, -1e4] + Self.values(1016, in: -8...8)
        let definitions: [(Activation, (Double) -> Double)] = [
            (.gelu, { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) }),
            (.geluTanh, { $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }),
            (.relu, { max($0, 0) }),
            (.silu, { $0 / (1 + exp(-$0)) }),
        ]
        for (activation, definition) in definitions {
            var outputs = inputs
            kernels.activation(activation)(&outputs, outputs.count)
            for (input, output) in zip(inputs, outputs) {
                let expected = definition(Double(input))
                #expect(abs(Double(output) - expected) <= 1e-6 * max(1, abs(expected)), "\(activation) of \(input)")
            }
        }
    }

    @Test(arguments: kernels, [127, 255] as [Float])
    func `quantizes rows to within half a level, zero exactly`(kernels: Kernels, levels: Float) {
        let width = 32
        let rows =
            [Self.values(width, in: -3...5), Self.values(width, in: 2...9), Self.values(width, in: -9...(-2))]
            + [Array(repeating: 0, count: width)]
        var bytes = [UInt8](repeating: 0, count: rows.count * width)
        var scales = [inference_row_scale_t](repeating: inference_row_scale_t(), count: rows.count)
        kernels.functions.pointee.quantize(rows.flatMap { $0 }, rows.count, width, levels, &bytes, &scales)
        #expect(bytes.allSatisfy { Float($0) <= levels })
        for (index, row) in rows.enumerated() {
            let scale = scales[index]
            for (place, value) in row.enumerated() {
                let found = Float(Int32(bytes[index * width + place]) - scale.zero) * scale.scale
                // Where rounding the zero moves the ends of the range, they are cut.
                #expect(abs(found - value) <= scale.scale * 1.01)
            }
        }
    }

    @Test(arguments: kernels, [false, true])
    func `gives products of integers their values`(kernels: Kernels, accumulates: Bool) {
        let width = 16
        let products = (0..<width * 2).map { Int32($0 * 1000 - 9000) }
        let sums = (0..<width).map { Int32($0 * 7 - 40) }
        let columnScales = Self.values(width, in: 0.001...0.1)
        let bias = Self.values(width, in: -1...1, seed: 2)
        let scales = [inference_row_scale_t(scale: 0.5, zero: 3), inference_row_scale_t(scale: 0.25, zero: 120)]
        let before = Self.values(width * 2, in: -1...1, seed: 3)
        var values = before
        kernels.functions.pointee.dequantize(
            products,
            2,
            width,
            scales,
            columnScales,
            sums,
            bias,
            accumulates,
            &values
        )
        for row in 0..<2 {
            for column in 0..<width {
                let place = row * width + column
                let exact = Float(products[place] - sums[column] * scales[row].zero)
                let expected = exact * scales[row].scale * columnScales[column] + bias[column]
                let found = values[place] - (accumulates ? before[place] : 0)
                #expect(abs(found - expected) <= 1e-5 * max(1, abs(expected)))
            }
        }
    }
}
