package import Inference
package import Settings

/// Which model is loaded and how it is computed.
package enum BuiltInSettings {
    package static let modelDirectory = Setting.optional(
        "BUILTIN_MODEL_DIR",
        "a folder with a model of sentence-transformers; the default is looked for in the working folder, beside the "
            + "program, and in `$XDG_DATA_HOME/embed-star`",
        shown: "models/all-MiniLM-L6-v2"
    ).resolved { folder($0) }
    package static let threads = Setting.optionalInteger(
        "BUILTIN_THREADS",
        in: 1...1024,
        shown: "cores",
        "threads of the built-in model; unset: one a core, but no more than one for each 32 MiB of memory"
    ).resolved { String(ModelRuntime($0).count) }
    package static let memory = Setting<Int?>(
        "MODEL_MEMORY",
        default: nil,
        shown: "80 % of the machine's or the container's",
        "memory limit of all loaded models together; a model that does not fit is not loaded",
        accepted: "bytes, such as 4GiB, at least 64MiB"
    ) { text in
        ByteSize.parse(text).flatMap { $0 >= 64 << 20 ? .some($0) : nil }
    }.resolved { "\(ModelRuntime($0).bound >> 20) MiB" }
    package static let keepAlive = Setting(
        "KEEP_ALIVE",
        default: ResidentModels.KeepAlive.duration(.seconds(300)),
        shown: "5m",
        "how long an idle model of `EMBEDDING_MODELS`, except the first, stays in memory; 0: not at all, -1: for ever",
        accepted: "seconds, or a number with `s`, `m` or `h`"
    ) { ResidentModels.KeepAlive($0) }
    package static let rerankModel = Setting.optional(
        "RERANK_MODEL",
        "a cross-encoder as `owner/name` or a folder, for search with `rerank`"
    )
    package static let precision = Setting<Precision?>(
        "BUILTIN_PRECISION",
        default: nil,
        shown: "best for the CPU",
        "`fp32`, `bf16` or `int8`",
        accepted: "one of fp32, bf16, int8"
    ) { text in Precision(rawValue: text.lowercased()).map { .some($0) } }
    .resolved { _ in Precision.best.rawValue }

    /// The folder of the model that has no name of its own.
    static func folder(_ settings: SettingValues) -> String {
        settings[modelDirectory] ?? ModelFolders.find("all-MiniLM-L6-v2", environment: settings.environment)
    }
}
