package import EmbeddingCore
package import Settings

/// Which provider makes vectors, and what wraps it whichever it is.
package enum GatewaySettings {
    package static let provider = Setting(
        "EMBEDDING_PROVIDER",
        default: ProviderKind.builtIn,
        shown: ProviderKind.builtIn.name.rawValue,
        "where vectors come from: \(names.map { "`\($0)`" }.joined(separator: ", "))",
        accepted: "one of \(names.joined(separator: ", "))"
    ) { ProviderKinds.named($0.lowercased()) }
    package static let model = Setting.optional(
        "EMBEDDING_MODEL",
        "the model's name as the provider knows it",
        shown: "per provider: \(ProviderKinds.all.map { "`\($0.defaultModel)`" }.joined(separator: ", "))"
    ).resolved { defaultModel($0) }
    package static let models = Setting.list(
        "EMBEDDING_MODELS",
        "several models, comma-separated, that requests choose among by name; repos are embedded with the first"
    )
    package static let dimensions = Setting.optionalInteger(
        "EMBEDDING_DIMENSIONS",
        in: 1...8192,
        shown: "the model's own",
        "shorter vectors where the model allows it (Matryoshka): cut and renormalised"
    ).resolved { card($0)?.dimensions.map(String.init) }
    package static let providerHeaders = Setting.fields(
        "PROVIDER_HEADERS",
        "header fields that a gateway in front of the provider requires, `name=value`, comma-separated"
    )
    package static let tokenEncoding = Setting.choice(
        "TOKEN_ENCODING",
        TokenEncoding.cl100k,
        "vocabulary of the token ids that clients send, where the provider accepts text only: `cl100k` (OpenAI's, which "
            + "LangChain uses), `model` (the built-in model's own), `none`"
    )
    package static let queryPrefix = Setting.prefix("QUERY_PREFIX", "put before a query; `none` for nothing")
        .resolved { prefix(\.queryPrefix, $0) }
    package static let documentPrefix = Setting.prefix("DOCUMENT_PREFIX", "put before a document; `none` for nothing")
        .resolved { prefix(\.documentPrefix, $0) }
    package static let batchSize = Setting.integer(
        "BATCH_SIZE",
        64,
        in: 1...2048,
        "texts in one provider call at most"
    )
    package static let batchWindow = Setting.integer(
        "BATCH_WINDOW_MS",
        2,
        in: 0...1000,
        "how long a request waits for others to share its provider call"
    )
    package static let parallelWorkers = Setting.integer(
        "PARALLEL_WORKERS",
        4,
        in: 1...256,
        "provider calls in flight at most"
    )
    package static let tokenLimit = Setting.optionalInteger(
        "TOKEN_LIMIT",
        in: 8...1_000_000,
        shown: "the model's own",
        "longer texts are cut at a token boundary and counted"
    ).resolved { card($0)?.tokens.map(String.init) }
    package static let retryAttempts = Setting.integer(
        "RETRY_ATTEMPTS",
        5,
        in: 1...100,
        "attempts at a provider call, or at embedding a repo, until it counts as failed"
    )
    package static let retryDelay = Setting.integer(
        "RETRY_DELAY_MS",
        500,
        in: 1...300_000,
        "first delay; doubles with full jitter, at most 5 min"
    )
    package static let requestsPerMinute = Setting.optionalInteger(
        "REQUESTS_PER_MINUTE",
        in: 0...10_000_000,
        shown: limits(\.requestsPerMinute),
        "provider calls a minute at most; 0 for no limit"
    ).resolved { String($0[provider].rateLimits.requestsPerMinute ?? 0) }
    package static let tokensPerMinute = Setting.optionalInteger(
        "TOKENS_PER_MINUTE",
        in: 0...1_000_000_000,
        shown: limits(\.tokensPerMinute),
        "tokens sent to the provider a minute at most; 0 for no limit"
    ).resolved { String($0[provider].rateLimits.tokensPerMinute ?? 0) }
    package static let cacheMaxBytes = Setting.bytes(
        "CACHE_MAX_BYTES",
        64 << 20,
        in: 0...(1 << 40),
        "embedding cache; 0 turns it off"
    )

    /// In the order people read them.
    package static let ofModels: [any AnySetting] = [
        provider, model, models, dimensions, tokenLimit, tokenEncoding, queryPrefix, documentPrefix, providerHeaders,
    ]

    /// In the order people read them.
    package static let ofCalls: [any AnySetting] = [
        batchSize, batchWindow, parallelWorkers, retryAttempts, retryDelay, requestsPerMinute, tokensPerMinute,
        cacheMaxBytes,
    ]

    /// The model that repos are embedded with, and that requests mean which name none; nil for the provider's default.
    /// - Throws: `.misconfigured` when two settings name different ones.
    package static func firstModel(_ settings: SettingValues) throws(EmbeddingError) -> String? {
        guard let first = settings[models].first else { return settings[model] }
        guard let single = settings[model], single != first else { return first }
        throw EmbeddingError(
            .misconfigured,
            "EMBEDDING_MODEL is \(single), but EMBEDDING_MODELS begins with \(first): set one of them"
        )
    }

    /// The first model's name where `EMBEDDING_MODEL` gives none.
    private static func defaultModel(_ settings: SettingValues) -> String {
        let (kind, first) = (settings[provider], settings[models].first)
        return kind.isInProcess
            ? ModelLocation.embedding(first, settings).modelName : first ?? kind.defaultModel
    }

    /// What is known of the first model; nil for one of this process, whose folder tells when it is loaded.
    private static func card(_ settings: SettingValues) -> ModelCard? {
        settings[provider].isInProcess ? nil : ModelCard.named(settings[model] ?? defaultModel(settings))
    }

    /// The prefix that texts get when none is set; nil where the model's folder tells.
    private static func prefix(_ side: KeyPath<ModelCard, String>, _ settings: SettingValues) -> String? {
        let kind = settings[provider]
        guard !kind.isInProcess else { return nil }
        let prefix = kind.takesInputType ? "" : card(settings)?[keyPath: side] ?? ""
        return prefix.isEmpty ? "none" : prefix
    }

    private static let names = ProviderKinds.all.map(\.name.rawValue)

    /// The limits that are kept when none is set, for people.
    private static func limits(_ limit: KeyPath<ProviderKind.RateLimits, Int?>) -> String {
        let known = ProviderKinds.all.compactMap { kind in
            kind.rateLimits[keyPath: limit].map { "`\(kind.name.rawValue)` \($0)" }
        }
        return (known + ["others none"]).joined(separator: ", ")
    }
}
