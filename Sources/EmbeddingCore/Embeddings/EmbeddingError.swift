/// Why texts could not be embedded. Two errors are equal when their codes are.
package struct EmbeddingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure; the raw value is the label `error_type` of the metrics.
    package enum Code: String, Sendable, CaseIterable {
        /// The text or request cannot be embedded by anybody: empty, too long with truncation off, not text.
        case invalidInput = "invalid_input"
        /// Token arrays given to a provider that takes text only.
        case tokensUnsupported = "tokens_unsupported"
        /// The model cannot give the requested number of dimensions.
        case unsupportedDimensions = "unsupported_dimensions"
        /// The provider cannot do what is asked for: raw vectors, tokens.
        case unsupported
        case unknownModel = "unknown_model"
        /// The provider's URL leads to no embeddings: another server, or another path.
        case wrongAddress = "wrong_address"
        /// Settings contradict each other or the model.
        case misconfigured
        /// The provider refuses the key.
        case unauthorized
        /// The account has used up its quota; waiting does not help.
        case quotaExhausted = "quota_exhausted"
        /// The provider limits the rate; `retryAfter` says how long.
        case rateLimited = "rate_limited"
        /// Our own queue is full.
        case overloaded
        /// The provider cannot be reached or answers 5xx.
        case unavailable
        case circuitOpen = "circuit_open"
        case timeout
        /// The provider fails at this text while it embeds others.
        case textFailed = "text_failed"
        /// The provider answered something that is not a valid embedding response.
        case badResponse = "bad_response"
        case cancelled
        case `internal`
    }

    package let code: Code
    /// What happened and what to do, free of secrets, fit to be shown to a client.
    package let message: String
    /// How long to wait before another try, when the provider or the queue said so.
    package let retryAfter: Duration?
    /// The parameter of the request that the provider refuses, such as `dimensions`, when it names one.
    package let parameter: String?

    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil, parameter: String? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
        self.parameter = parameter
    }

    /// What is said where tokens are asked for of a provider that keeps them to itself.
    package static let unknownTokens = EmbeddingError(
        .unsupported,
        "tokens and their vectors are known of the built-in model alone (EMBEDDING_PROVIDER=builtin)"
    )

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }

    package var description: String { "\(code.rawValue): \(message)" }

    /// Whether the fault lies with the provider as a whole, so that no text can be embedded until it ends. Such a
    /// failure pauses the work and is not an attempt of the repo (guarantee G5).
    package var concernsProvider: Bool {
        switch code {
        case .unknownModel, .wrongAddress, .misconfigured, .unauthorized, .quotaExhausted, .rateLimited, .overloaded,
            .unavailable, .circuitOpen, .cancelled:
            true
        case .invalidInput, .tokensUnsupported, .unsupportedDimensions, .unsupported, .timeout, .textFailed,
            .badResponse, .internal:
            false
        }
    }

    /// Whether waiting cannot help: the operator has to change a key, a quota, or a model name.
    package var isPermanent: Bool {
        switch code {
        case .unknownModel, .wrongAddress, .misconfigured, .unauthorized, .quotaExhausted, .unsupportedDimensions,
            .unsupported, .invalidInput, .tokensUnsupported:
            true
        default: false
        }
    }
}
