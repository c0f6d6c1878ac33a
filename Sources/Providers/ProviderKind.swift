package import EmbeddingCore
package import HTTPClient
package import Logging
package import Settings

/// A kind of provider: all that the rest of the program has to know of it. To add one, declare a value like this in a
/// folder of its own and name it in `ProviderKinds`.
package struct ProviderKind: Sendable {
    package let name: ProviderName
    /// Whether texts leave the machine or cluster (guarantee G7: private repos stay inside).
    package let isOutside: Bool
    /// The model used when none is named, by the provider's own name.
    package let defaultModel: String
    /// Its own settings in the order people read them.
    package let settings: [any AnySetting]
    /// What is published of its models.
    var models: [ModelCard.Entry] = []
    /// Names that its models have elsewhere, by their own name in lower case.
    package var otherNames: [String: [String]] = [:]
    /// Those kept when none are set.
    var rateLimits = RateLimits()
    /// Calls under way at once that make sense, however many are allowed; nil for any number.
    var mostCalls: Int?
    /// Whether the work is done by this process, so that a call is computing and no waiting.
    package var isInProcess = false
    /// Whether the provider is told what a text is, as a parameter of the call.
    var takesInputType = false
    /// Whether the provider's API has a parameter that gives shorter vectors of those models whose card says so.
    var shortensVectors = false
    /// What the operator can do about an error; nil where the advice for every provider is all there is.
    let remedy: @Sendable (EmbeddingError.Code) -> String?
    /// Makes the provider, one member for each of its servers; nothing is sent yet.
    let make: @Sendable (ProviderContext) throws(EmbeddingError) -> [ProviderPool.Member]

    /// Calls and tokens in a minute; nil without limit.
    struct RateLimits: Sendable, Hashable {
        var requestsPerMinute: Int?
        var tokensPerMinute: Int?
    }

    /// What to do about an error, for the operator.
    package func advice(for code: EmbeddingError.Code) -> String {
        if let remedy = remedy(code) { return remedy }
        return switch code {
        case .unknownModel: "correct EMBEDDING_MODEL"
        case .misconfigured: "correct the settings named"
        case .unsupportedDimensions: "correct or remove EMBEDDING_DIMENSIONS"
        case .quotaExhausted: "raise the quota of the account"
        case .rateLimited: "lower REQUESTS_PER_MINUTE or TOKENS_PER_MINUTE, or raise the account's limits"
        case .overloaded: "raise PARALLEL_WORKERS if the provider can take more at once"
        case .invalidInput, .tokensUnsupported: "look at the rejected text"
        default: "look at the log with LOG_LEVEL=debug"
        }
    }
}

/// What a provider is made of.
package struct ProviderContext: Sendable {
    package let settings: SettingValues
    /// The model as it was named; nil when none was.
    let namedModel: String?
    /// The model's name, the kind's default filled in.
    package let model: String
    /// Where models are computed that this process computes.
    let runtime: ModelRuntime
    package let transport: any HTTPTransport
    package let logger: Logger

    /// A server of the provider, with the fields that `PROVIDER_HEADERS` adds.
    func endpoint(_ baseURL: String, key: ProviderEndpoint.Key? = nil) -> ProviderEndpoint {
        ProviderEndpoint(
            baseURL: baseURL,
            key: key,
            headers: settings[GatewaySettings.providerHeaders],
            transport: transport
        )
    }

    /// The only member: the server at `url`.
    /// - Parameters:
    ///   - url: its default is the provider's own server; others of the same language may want no key.
    ///   - form: how requests carry the key.
    /// - Throws: `.misconfigured` when a key is needed and none is set.
    func member(
        at url: Setting<String>,
        _ key: Setting<String?>,
        sent form: (@escaping @Sendable () -> String) -> ProviderEndpoint.Key = { .bearer($0) },
        _ make: (ProviderEndpoint) -> any EmbeddingProvider
    ) throws(EmbeddingError) -> [ProviderPool.Member] {
        let (address, secret) = (settings[url], settings.secret(key))
        let label = EndpointLabel.of(address)
        guard secret != nil || label != EndpointLabel.of(url.defaultValue) else {
            throw EmbeddingError(.misconfigured, "\(key.name) is not set")
        }
        return [ProviderPool.Member(provider: make(endpoint(address, key: secret.map(form))), label: label)]
    }

    /// Refuses a size of vectors that the model is known not to give.
    /// - Parameters:
    ///   - native: the model's own size.
    ///   - isMatryoshka: whether a beginning of its vectors is a vector; nil when nobody knows, which is taken on trust.
    ///   - model: its name.
    static func check(
        dimensions wanted: Int?,
        native: Int,
        isMatryoshka: Bool?,
        of model: String
    ) throws(EmbeddingError) {
        guard let wanted, wanted != native else { return }
        let isShort = wanted < native
        guard !isShort || isMatryoshka == false else { return }
        let reason = isShort ? "its shorter vectors mean nothing" : "it gives vectors of \(native)"
        throw EmbeddingError(
            .misconfigured,
            "EMBEDDING_DIMENSIONS is \(wanted), which \(model) cannot give: \(reason)"
        )
    }
}
