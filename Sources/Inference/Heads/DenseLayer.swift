import Glibc

/// A linear layer on the pooled vector, with an activation: sentence-transformers' module `Dense`.
struct DenseLayer: Sendable {
    private enum Activation: String {
        case identity = "Identity"
        case tanh = "Tanh"
        case relu = "ReLU"
        case gelu = "GELU"
        case sigmoid = "Sigmoid"

        func callAsFunction(_ x: Float) -> Float {
            switch self {
            case .identity: x
            case .tanh: tanhf(x)
            case .relu: max(x, 0)
            case .gelu: x / 2 * (1 + erff(x / Float(2).squareRoot()))
            case .sigmoid: 1 / (1 + expf(-x))
            }
        }
    }

    let outputs: Int
    private let inputs: Int
    private let weights: FloatTensor
    private let bias: FloatTensor?
    private let activation: Activation

    /// - Parameter inputs: floats of the vector before it.
    /// - Throws: `.modelNotFound`, `.invalidModel`, `.unsupportedModel`.
    init(folder: String, inputs: Int) throws(InferenceError) {
        let config = try ModelFile(path: folder + "/config.json")
        guard try config.size("in_features") == inputs else {
            throw config.invalid("in_features", "is not the \(inputs) that the module before gives")
        }
        self.inputs = inputs
        outputs = try config.size("out_features")
        let name = try config.name("activation_function", default: "torch.nn.modules.activation.Tanh")
        guard let activation = name.split(separator: ".").last.flatMap({ Activation(rawValue: String($0)) }) else {
            throw config.unsupported("activation_function", "'\(name.shortened)' is not supported")
        }
        self.activation = activation
        let file = try Safetensors(folder: folder)
        weights = try FloatTensor("linear.weight", shape: [outputs, inputs], in: file)
        bias = try config.flag("bias", default: true) ? FloatTensor("linear.bias", shape: [outputs], in: file) : nil
    }

    func apply(to vector: [Float]) -> [Float] {
        (0..<outputs).map { output in
            let row = weights.start + output * inputs
            var sum = bias?.start[output] ?? 0
            for input in 0..<inputs { sum += row[input] * vector[input] }
            return activation(sum)
        }
    }
}
