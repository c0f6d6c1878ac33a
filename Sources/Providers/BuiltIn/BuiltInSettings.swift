package import Inference
package import Settings

/// Which model is loaded and how it is computed.
package enum BuiltInSettings {
    package static let modelDirectory = Setting(
        "BUILTIN_MODEL_DIR",
        default: ModelFolders.find("all-MiniLM-L6-v2"),
        shown: "models/all-MiniLM-L6-v2",
        "a folder with a model of sentence-transformers; the default is looked for in the working folder, beside the "
            + "program, and in `$XDG_DATA_HOME/embed-star`",
        accepted: "text"
    ) { $0 }
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
