import EmbeddingCore
import Settings

extension ProviderKind {
    /// The built-in model.
    package static let builtIn: ProviderKind = ProviderKind(
        name: "builtin",
        isOutside: false,
        defaultModel: "all-MiniLM-L6-v2",
        settings: [
            BuiltInSettings.modelDirectory, BuiltInSettings.threads, BuiltInSettings.precision, BuiltInSettings.memory,
            BuiltInSettings.keepAlive, BuiltInSettings.rerankModel,
        ],
        otherNames: [
            "all-minilm-l6-v2": [
                "sentence-transformers/all-MiniLM-L6-v2", "all-minilm", "all-minilm:l6-v2", "all-minilm:22m",
            ]
        ],
        // A call keeps all cores busy: a second one fills the gap between two, more would only queue up where an
        // interactive text cannot overtake them.
        mostCalls: 2,
        isInProcess: true,
        remedy: { code in
            switch code {
            case .misconfigured, .unsupportedDimensions, .unsupported, .invalidInput, .tokensUnsupported, .overloaded:
                nil
            default:
                "correct EMBEDDING_MODEL or BUILTIN_MODEL_DIR; scripts/bootstrap fetches the default model again"
            }
        },
        make: { context throws(EmbeddingError) in
            let provider = try BuiltInProvider(context)
            return [ProviderPool.Member(provider: provider, label: provider.name.rawValue, card: provider.card)]
        }
    )
}
