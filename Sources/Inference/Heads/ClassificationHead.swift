import Glibc

/// The head of a model for sequence classification with one class: a layer and an activation on the first token's row,
/// then a logit.
struct ClassificationHead: RowHead {
    private let width: Int
    private let hidden: FloatTensor
    private let hiddenBias: FloatTensor
    private let isTanh: Bool
    private let output: FloatTensor
    private let outputBias: FloatTensor

    /// Names of the two layers, and whether the activation between them is tanh: BERT, RoBERTa, DistilBERT.
    private static let kinds = [
        (hidden: "bert.pooler.dense", output: "classifier", isTanh: true),
        (hidden: "classifier.dense", output: "classifier.out_proj", isTanh: true),
        (hidden: "pre_classifier", output: "classifier", isTanh: false),
    ]

    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    init(_ weights: Safetensors, width: Int) throws(InferenceError) {
        self.width = width
        guard
            let kind = Self.kinds.first(where: {
                weights.tensors["\($0.hidden).weight"] != nil && weights.tensors["\($0.output).weight"] != nil
            })
        else {
            throw InferenceError(.unsupportedModel, "\(weights.path): there is no head for classification")
        }
        guard weights.tensors["\(kind.output).weight"]?.shape.first == 1 else {
            throw InferenceError(.unsupportedModel, "\(weights.path): '\(kind.output)' is not for one class")
        }
        isTanh = kind.isTanh
        hidden = try FloatTensor("\(kind.hidden).weight", shape: [width, width], in: weights)
        hiddenBias = try FloatTensor("\(kind.hidden).bias", shape: [width], in: weights)
        output = try FloatTensor("\(kind.output).weight", shape: [1, width], in: weights)
        outputBias = try FloatTensor("\(kind.output).bias", shape: [1], in: weights)
    }

    func vector(of rows: UnsafePointer<Float>, count: Int, by kernels: Kernels) -> [Float] { [logit(of: rows)] }

    private func logit(of row: UnsafePointer<Float>) -> Float {
        var logit = outputBias.start[0]
        for place in 0..<width {
            let weights = hidden.start + place * width
            var sum = hiddenBias.start[place]
            for column in 0..<width { sum += weights[column] * row[column] }
            logit += output.start[place] * (isTanh ? tanhf(sum) : max(sum, 0))
        }
        return logit
    }
}
