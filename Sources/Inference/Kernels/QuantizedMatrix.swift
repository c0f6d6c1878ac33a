/// What turns products of quantized rows and weights into values.
final class WeightQuantization: Sendable {
    /// Of each output: how much one level of its weights is.
    nonisolated(unsafe) let scales: UnsafePointer<Float>
    /// Of each output: the sum of its quantized weights.
    nonisolated(unsafe) let sums: UnsafePointer<Int32>

    fileprivate init(scales: UnsafePointer<Float>, sums: UnsafePointer<Int32>) {
        self.scales = scales
        self.sums = sums
    }

    deinit {
        scales.deallocate()
        sums.deallocate()
    }
}

/// A weights matrix in integers of 8 bits, one row per output, symmetric and with a scale for each output.
final class QuantizedMatrix {
    let values: UnsafePointer<Int8>
    let quantization: WeightQuantization

    init(_ stored: FloatTensor, inputs: Int, outputs: Int) {
        let values = UnsafeMutablePointer<Int8>.allocate(capacity: inputs * outputs)
        let scales = UnsafeMutablePointer<Float>.allocate(capacity: outputs)
        let sums = UnsafeMutablePointer<Int32>.allocate(capacity: outputs)
        for output in 0..<outputs {
            let row = UnsafeBufferPointer(start: stored.start + output * inputs, count: inputs)
            let largest = row.reduce(Float(0)) { max($0, abs($1)) }
            let scale = largest.isNormal ? largest / 127 : 1
            var sum: Int32 = 0
            for (input, weight) in row.enumerated() {
                let level = Int8(max(-127, min((weight / scale).rounded(), 127)))
                (values + output * inputs + input).initialize(to: level)
                sum += Int32(level)
            }
            (scales + output).initialize(to: scale)
            (sums + output).initialize(to: sum)
        }
        self.values = UnsafePointer(values)
        quantization = WeightQuantization(scales: UnsafePointer(scales), sums: UnsafePointer(sums))
    }

    deinit { values.deallocate() }
}
