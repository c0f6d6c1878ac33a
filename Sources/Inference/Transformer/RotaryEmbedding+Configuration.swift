import Glibc
import JSON

extension RotaryEmbedding {
    /// By `rope_parameters`, or by `rope_theta` and `rope_scaling` in older files.
    /// - Throws: `.invalidModel`, `.unsupportedModel`.
    convenience init(
        _ config: ModelFile,
        _ shape: TransformerShape,
        defaultBase: Double
    ) throws(InferenceError) {
        var base = try config.number("rope_theta", default: defaultBase)
        var stretch = 1.0
        for key in ["rope_parameters", "rope_scaling"] {
            guard let value = config.value(key) else { continue }
            let scaling = ModelFile(path: "\(config.path): \(key)", root: value)
            base = try scaling.number("rope_theta", default: base)
            let type = try scaling.name(value["rope_type"] == nil ? "type" : "rope_type", default: "default")
            let factor = try scaling.number("factor", default: 1)
            switch type {
            case "default": continue
            case "linear": stretch = factor
            case "ntk":
                // Neural tangent kernel's scaling: the slow pairs are stretched, the fast ones hardly.
                base *= factor
                stretch = pow(factor, 2 / Double(shape.headWidth))
            default: throw scaling.unsupported("type", "'\(type.shortened)' is not supported")
            }
        }
        self.init(base: base, headWidth: shape.headWidth, places: shape.maxTokens, stretch: stretch)
    }
}
