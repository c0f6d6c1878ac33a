import CInferenceKernels
import JSON

/// How the rows of a text's tokens become one vector; of several modes the vectors stand side by side.
struct Pooling: Sendable {
    enum Mode: CaseIterable, Sendable {
        case firstToken
        case maximum
        case mean
        /// The sum, divided by the root of the number of tokens.
        case meanOfRootLength
        /// A token counts as often as its place says, from 1 on.
        case weightedMean
        case lastToken

        /// The flag of older files, in whose order several are put together, and the name of newer ones.
        fileprivate var names: (flag: String, name: String) {
            switch self {
            case .firstToken: ("pooling_mode_cls_token", "cls")
            case .maximum: ("pooling_mode_max_tokens", "max")
            case .mean: ("pooling_mode_mean_tokens", "mean")
            case .meanOfRootLength: ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens")
            case .weightedMean: ("pooling_mode_weightedmean_tokens", "weightedmean")
            case .lastToken: ("pooling_mode_lasttoken", "lasttoken")
            }
        }
    }

    let modes: [Mode]
    /// Floats of a token's row.
    let width: Int

    var dimensions: Int { width * modes.count }

    init(_ modes: [Mode], width: Int) {
        self.modes = modes
        self.width = width
    }

    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    init(_ config: ModelFile, width: Int) throws(InferenceError) {
        self.width = width
        modes = try Self.modes(in: config)
        for key in ["word_embedding_dimension", "embedding_dimension"] {
            guard try config.size(key, default: width) == width else {
                throw config.invalid(key, "is not the model's width of \(width)")
            }
        }
    }

    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    static func modes(in config: ModelFile) throws(InferenceError) -> [Mode] {
        guard try config.flag("include_prompt", default: true) else {
            throw config.unsupported("include_prompt", "is false: prompts are always part of the text")
        }
        if let value = config.value("pooling_mode") { return try named(value, in: config) }
        var modes: [Mode] = []
        for mode in Mode.allCases where try config.flag(mode.names.flag, default: false) { modes.append(mode) }
        return modes.isEmpty ? [.mean] : modes
    }

    private static func named(_ value: JSONValue, in config: ModelFile) throws(InferenceError) -> [Mode] {
        let names = value.array ?? [value]
        var modes: [Mode] = []
        for name in names.prefix(Mode.allCases.count) {
            guard let mode = Mode.allCases.first(where: { $0.names.name == name.string }) else {
                throw config.unsupported("pooling_mode", "is not known")
            }
            modes.append(mode)
        }
        guard !modes.isEmpty, modes.count == names.count else {
            throw config.invalid("pooling_mode", "is neither a name nor a short list of names")
        }
        return modes
    }

    /// - Parameter rows: of one text, `count` of them, at least one.
    func vector(of rows: UnsafePointer<Float>, count: Int, by kernels: Kernels) -> [Float] {
        guard modes.count > 1 else { return vector(of: rows, count: count, modes[0], by: kernels) }
        return modes.flatMap { vector(of: rows, count: count, $0, by: kernels) }
    }

    private func vector(
        of rows: UnsafePointer<Float>,
        count: Int,
        _ mode: Mode,
        by kernels: Kernels
    ) -> [Float] {
        let functions = kernels.functions.pointee
        switch mode {
        case .firstToken: return Array(UnsafeBufferPointer(start: rows, count: width))
        case .lastToken: return Array(UnsafeBufferPointer(start: rows + (count - 1) * width, count: width))
        case .mean where count == 1: return Array(UnsafeBufferPointer(start: rows, count: width))
        case .maximum: return reduce(rows, count, from: -.infinity, by: functions.maximum)
        case .mean: return scaled(reduce(rows, count, from: 0, by: functions.sum), by: 1 / Float(count))
        case .meanOfRootLength:
            return scaled(reduce(rows, count, from: 0, by: functions.sum), by: 1 / Float(count).squareRoot())
        case .weightedMean: return weightedMean(rows, count)
        }
    }

    private func weightedMean(_ rows: UnsafePointer<Float>, _ count: Int) -> [Float] {
        var sums = [Float](repeating: 0, count: width)
        for row in 0..<count {
            for column in 0..<width { sums[column] += Float(row + 1) * rows[row * width + column] }
        }
        return scaled(sums, by: 2 / (Float(count) * Float(count + 1)))
    }

    private func scaled(_ vector: [Float], by factor: Float) -> [Float] { vector.map { $0 * factor } }

    private func reduce(
        _ rows: UnsafePointer<Float>,
        _ count: Int,
        from initial: Float,
        by kernel: @convention(c) (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>) -> Void
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: width) { buffer, initialized in
            guard let start = buffer.baseAddress else { return }
            start.initialize(repeating: initial, count: width)
            kernel(rows, count, width, start)
            initialized = width
        }
    }
}
