/// A table of token embeddings.
struct StaticModel: LoadedModel {
    let width: Int
    let vocabulary: Int
    /// There is nothing that grows with a text but the text itself.
    let maxTokens = 1 << 20
    let precision = Precision.fp32
    let implementations: [String] = []
    let usesSpecialTokens = false
    let isPooled = true
    let batchTokens = 8192
    let rows: FloatTensor
    /// What each token's row is multiplied by.
    let weights: FloatTensor?

    var kernelWidths: [Int] { [width] }

    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    init(_ source: ModelSource) throws(InferenceError) {
        let file = source.weights
        let names = ["embedding.weight", "embeddings"]
        guard let name = names.first(where: { file.tensors[$0] != nil }), let shape = file.tensors[name]?.shape,
            shape.count == 2, shape[0] > 0, shape[1] > 0
        else { throw InferenceError(.invalidModel, "\(file.path): there is no table 'embedding.weight'") }
        guard file.tensors["mapping"] == nil else {
            throw InferenceError(.unsupportedModel, "\(file.path): tokens that share rows by 'mapping'")
        }
        (vocabulary, width) = (shape[0], shape[1])
        guard width % 8 == 0 else {
            throw InferenceError(.unsupportedModel, "\(file.path): rows must be multiples of 8 wide")
        }
        rows = try FloatTensor(name, shape: shape, in: file)
        weights =
            file.tensors["weights"] == nil ? nil : try FloatTensor("weights", shape: [vocabulary], in: file)
    }

    func makeEncoder(rows: Int, threads: Int, kernels: Kernels) throws(InferenceError) -> any RowEncoder {
        StaticEncoder(self, tokens: max(rows, maxTokens), threads: threads, kernels: kernels)
    }
}
