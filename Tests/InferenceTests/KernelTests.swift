import CInferenceKernels
import Glibc
import Testing

@testable import Inference

@Suite("Kernels") struct KernelTests {
    /// Those this processor has.
    static let kernels = ["generic", "generic16", "avx2", "avx512", "avx512_bf16"].compactMap(Kernels.init)

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

    /// A head over a text, and what its tokens see of each other.
    struct Head: Sendable {
        let length: Int
        let size: Int
        var before = Int.max
        var after = Int.max
        var isBiased = false
    }

    @Test(
        arguments: [
            Head(length: 1, size: 32), Head(length: 43, size: 32), Head(length: 100, size: 80),
            Head(length: 77, size: 48, isBiased: true), Head(length: 530, size: 16),
            Head(length: 530, size: 16, before: 20, after: 20), Head(length: 530, size: 16, after: 0),
            Head(length: 530, size: 16, before: 500, after: 3, isBiased: true),
        ]
    )
    func `attends as the definition says, over a text of any length`(head: Head) {
        let (length, size) = (head.length, head.size)
        let rows = Self.values(length * size * 3, in: -2...2)
        let bias = (-length...length + 16).map { -0.01 * Float(abs($0)) }
        let expected = Self.attention(of: rows, head, bias)
        // Beside sums in f32, those of numbers of 8 bits.
        let attentions = Self.kernels.flatMap { kernels in
            let functions = kernels.functions.pointee
            return [(functions.attend, 1e-5), (functions.attend_in_pairs, 0.03)]
        }
        for (attend, tolerance) in attentions {
            guard let attend else { continue }
            var found = [Float](repeating: .nan, count: length * size)
            var scratch = [Float](repeating: .nan, count: inference_attention_scratch(length, size))
            bias.withUnsafeBufferPointer { bias in
                rows.withUnsafeBufferPointer { rows in
                    guard let rows = rows.baseAddress, let bias = bias.baseAddress else { return }
                    var kind = inference_attention_t(
                        scale: 1 / Float(size).squareRoot(),
                        before: head.before,
                        after: head.after,
                        bias: head.isBiased ? bias + length : nil
                    )
                    attend(&kind, rows, rows + size, rows + 2 * size, 3 * size, length, size, &found, size, &scratch)
                }
            }
            let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
            #expect(worst <= tolerance && found.allSatisfy(\.isFinite))
        }
    }

    /// Softmax(Q * K^T * scale + bias) * V of rows of queries, keys, and values.
    private static func attention(of rows: [Float], _ head: Head, _ bias: [Float]) -> [Double] {
        let (length, size) = (head.length, head.size)
        let scale = 1 / Double(size).squareRoot()
        var result = [Double](repeating: 0, count: length * size)
        for row in 0..<length {
            let low = head.before > row ? 0 : row - head.before
            let high = head.after >= length - row ? length - 1 : row + head.after
            let weights = (low...high).map { key in
                let score = (0..<size).reduce(0.0) {
                    $0 + Double(rows[row * 3 * size + $1]) * Double(rows[(key * 3 + 1) * size + $1])
                }
                return exp(score * scale + (head.isBiased ? Double(bias[key - row + length]) : 0))
            }
            let total = weights.reduce(0, +)
            for (key, weight) in zip(low...high, weights) {
                for column in 0..<size {
                    result[row * size + column] += weight / total * Double(rows[(key * 3 + 2) * size + column])
                }
            }
        }
        return result
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
