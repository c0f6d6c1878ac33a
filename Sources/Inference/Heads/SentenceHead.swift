import JSON

/// What sentence-transformers does after the encoder: the modules of `modules.json`, which make one vector of a text's
/// rows.
struct SentenceHead: RowHead {
    /// The modules that are computed, by the last part of their types' names.
    private enum Module: String {
        case transformer = "Transformer"
        case staticEmbedding = "StaticEmbedding"
        case dropout = "Dropout"
        case pooling = "Pooling"
        case dense = "Dense"
        case normalize = "Normalize"
    }

    private enum Step: Sendable {
        case dense(DenseLayer)
        case normalize
    }

    /// Floats of a text's vector.
    let dimensions: Int
    /// Whether vectors are brought to unit length, whether or not the last module does so; otherwise they are what comes
    /// before that module.
    var isNormalized = true
    private let pooling: Pooling
    private let steps: [Step]

    /// Without `modules.json` the rows' mean.
    /// - Parameter width: floats of a token's row.
    /// - Throws: `.modelNotFound`, `.invalidModel`, `.unsupportedModel`.
    init(_ folder: ModelFolder, width: Int) throws(InferenceError) {
        var pooling: Pooling?
        var steps: [Step] = []
        var dimensions = width
        for module in folder.modules {
            let path = module.path(in: folder.path)
            switch try Self.kind(of: module, folder) {
            case .transformer, .staticEmbedding, .dropout: continue
            case .pooling:
                guard pooling == nil, steps.isEmpty else { throw Self.unsupported(module, folder) }
                let read = try Pooling(ModelFile(path: path + "/config.json"), width: width)
                pooling = read
                dimensions = read.dimensions
            case .dense:
                let layer = try DenseLayer(folder: path, inputs: dimensions)
                steps.append(.dense(layer))
                dimensions = layer.outputs
            case .normalize: steps.append(.normalize)
            }
        }
        if case .normalize? = steps.last { steps.removeLast() }
        self.pooling = pooling ?? Pooling([.mean], width: width)
        self.steps = steps
        self.dimensions = dimensions
    }

    /// Refuses modules that are not computed, without looking at weights.
    /// - Throws: as `init`.
    static func check(_ folder: ModelFolder) throws(InferenceError) {
        for module in folder.modules where try kind(of: module, folder) == .pooling {
            _ = try Pooling.modes(in: ModelFile(path: module.path(in: folder.path) + "/config.json"))
        }
    }

    private static func kind(
        of module: ModelFolder.Module,
        _ folder: ModelFolder
    ) throws(InferenceError) -> Module {
        guard let kind = Module(rawValue: module.type) else { throw unsupported(module, folder) }
        return kind
    }

    private static func unsupported(_ module: ModelFolder.Module, _ folder: ModelFolder) -> InferenceError {
        InferenceError(
            .unsupportedModel,
            "\(folder.path)/modules.json: a module of type '\(module.type.shortened)' in this place"
        )
    }

    func vector(of rows: UnsafePointer<Float>, count: Int, by kernels: Kernels) -> [Float] {
        guard count > 0 else { return [Float](repeating: 0, count: dimensions) }
        var vector = pooling.vector(of: rows, count: count, by: kernels)
        for step in steps {
            switch step {
            case .dense(let layer): vector = layer.apply(to: vector)
            case .normalize: vector = Self.unitLength(vector)
            }
        }
        return isNormalized ? Self.unitLength(vector) : vector
    }

    private static func unitLength(_ vector: [Float]) -> [Float] {
        let norm = vector.reduce(into: Double(0)) { $0 += Double($1) * Double($1) }.squareRoot()
        guard norm > 0 else { return vector }
        return vector.map { Float(Double($0) / norm) }
    }
}
