/// A service that turns texts into vectors: one call, no retries, no queue. What wraps it (batching, cache, retry,
/// pacing, circuit breaker) lives in the module Providers.
package protocol EmbeddingProvider: Sendable {
    var name: ProviderName { get }
    /// The provider's own name of the model.
    var modelName: String { get }
    var limits: EmbeddingLimits { get }

    /// The identity of the model that `embed` uses now.
    /// - Throws: `EmbeddingError`: `.unavailable`, `.unauthorized`, `.unknownModel`.
    func model() async throws(EmbeddingError) -> EmbeddingModel

    /// Embeds the inputs and answers in their order.
    /// - Throws: `EmbeddingError`; all or nothing.
    func embed(_ call: ProviderCall) async throws(EmbeddingError) -> EmbeddingBatch
}

/// What one call asks of a provider.
package struct ProviderCall: Sendable, Hashable {
    /// Prefixes already applied.
    package var inputs: [EmbeddingInput]
    /// What all of the inputs are; nil where the provider has no parameter for it, or nothing is known.
    package var type: EmbeddingInputType?
    /// Floats in each vector; nil for the model's own.
    package var dimensions: Int?
    /// Whether it does not matter that vectors are brought to unit length; otherwise they must not be.
    package var isNormalized: Bool
    /// How long the provider may take; nil for as long as any call.
    package var patience: Duration?

    package init(
        _ inputs: [EmbeddingInput],
        type: EmbeddingInputType? = nil,
        dimensions: Int? = nil,
        isNormalized: Bool = true,
        patience: Duration? = nil
    ) {
        self.inputs = inputs
        self.type = type
        self.dimensions = dimensions
        self.isNormalized = isNormalized
        self.patience = patience
    }
}

extension ProviderCall {
    /// A text that every provider embeds: a call of it shows whether the provider works.
    package static let control = ProviderCall([.text("embed-star")], type: .document)
}

/// What one provider call may carry.
package struct EmbeddingLimits: Sendable, Hashable {
    /// Texts in one call.
    package var items: Int
    /// Tokens of one text; longer texts are cut.
    package var tokensPerText: Int
    /// Tokens of one call, all texts together; nil when the provider sets no limit.
    package var tokensPerCall: Int?
    package var acceptsTokens: Bool
    /// Every token id is below; nil when that is not known.
    package var vocabulary: Int?
    /// Whether vectors are to be had as the model gives them, before they are brought to unit length.
    package var givesRawVectors: Bool

    /// Those of a model that is not loaded: what it refuses is told once it is.
    package static let unknown = EmbeddingLimits(items: 1024, tokensPerText: 512, acceptsTokens: true)

    package init(
        items: Int,
        tokensPerText: Int,
        tokensPerCall: Int? = nil,
        acceptsTokens: Bool = false,
        vocabulary: Int? = nil,
        givesRawVectors: Bool = false
    ) {
        self.items = items
        self.tokensPerText = tokensPerText
        self.tokensPerCall = tokensPerCall
        self.acceptsTokens = acceptsTokens
        self.vocabulary = vocabulary
        self.givesRawVectors = givesRawVectors
    }
}

/// The answer of one provider call.
package struct EmbeddingBatch: Sendable {
    /// One vector for each input, in order; not yet validated.
    package var vectors: [[Float]]
    /// Tokens the provider counted, or our own count; 0 when nobody did.
    package var tokens: Int
    /// What the provider said about its rate limits; nil when it said nothing.
    package var quota: ProviderQuota?

    package init(vectors: [[Float]], tokens: Int, quota: ProviderQuota? = nil) {
        self.vectors = vectors
        self.tokens = tokens
        self.quota = quota
    }
}

/// The rate limits of an account as an answer's headers state them.
package struct ProviderQuota: Sendable, Hashable {
    /// One limited resource.
    package struct Window: Sendable, Hashable {
        /// What a minute allows.
        package var limit: Int?
        /// What is left now.
        package var remaining: Int?
        /// Until the whole limit is there again.
        package var reset: Duration?

        package init(limit: Int? = nil, remaining: Int? = nil, reset: Duration? = nil) {
            self.limit = limit
            self.remaining = remaining
            self.reset = reset
        }
    }

    package var requests: Window
    package var tokens: Window

    package init(requests: Window = Window(), tokens: Window = Window()) {
        self.requests = requests
        self.tokens = tokens
    }
}
