package import Inference
package import Settings

/// Which model is loaded and how it is computed.
package enum BuiltInSettings {
    package static let modelDirectory = Setting.text(
        "BUILTIN_MODEL_DIR",
        "models/all-MiniLM-L6-v2",
        "a folder with a model of sentence-transformers"
    )
    package static let threads = Setting.optionalInteger(
        "BUILTIN_THREADS",
        in: 1...1024,
        shown: "cores",
        "threads of the built-in model"
    )
    package static let precision = Setting<Precision?>(
        "BUILTIN_PRECISION",
        default: nil,
        shown: "best for the CPU",
        "`fp32`, `bf16` or `int8`",
        accepted: "one of fp32, bf16, int8"
    ) { text in Precision(rawValue: text.lowercased()).map { .some($0) } }
}
