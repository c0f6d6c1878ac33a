/// Embeds texts for anybody inside the process: cache, batching, pacing, retries and validation included.
package protocol EmbeddingService: Sendable {
    /// The identity of the model in use; answered from memory once known.
    func model() async throws(EmbeddingError) -> EmbeddingModel

    /// The same as far as it is known without asking anybody.
    var knownModel: EmbeddingModel? { get }

    var limits: EmbeddingLimits { get }

    /// The answer when every input is in the cache, without waiting; nil otherwise. Callable on an event loop.
    /// - Parameter request: keeps what was found out about it, which spares `embed` work.
    func cached(_ request: inout EmbeddingRequest) -> EmbeddingResult?

    /// Embeds all inputs. Each has its own outcome, so that one bad text spoils no other.
    /// - Throws: `EmbeddingError` when the request as a whole was not tried (`.overloaded`, `.cancelled`,
    ///   `.unsupportedDimensions`, `.timeout` of the deadline, …).
    func embed(_ request: EmbeddingRequest) async throws(EmbeddingError) -> EmbeddingResult

    /// The state of the provider as last seen, without a call.
    var providerState: ProviderState { get }

    /// - Throws: `.unsupported` when the provider keeps its tokens to itself; what loading the model throws.
    func tokenModel() async throws(EmbeddingError) -> any TokenModel
}

/// Texts of one caller.
package struct EmbeddingRequest: Sendable, Hashable {
    /// Whose turn it is when both wait.
    package enum Priority: Int, Sendable, Hashable, Comparable {
        case backlog, interactive

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package var inputs: [EmbeddingInput]
    package var type: EmbeddingInputType
    /// The prompt that is put before the texts, by the model's own name for it; nil for that of the type.
    package var promptName: String?
    package var priority: Priority
    /// Floats in each vector; nil for the configured model's own.
    package var dimensions: Int?
    /// Whether vectors are brought to unit length; otherwise they are as the model gives them.
    package var isNormalized = true
    /// Whether over-long texts are cut; otherwise they are `.invalidInput`.
    package var truncate: Bool
    package var truncatedEnd = TruncatedEnd.right
    package var partition: CachePartition
    /// When the caller gives up.
    package var deadline: ContinuousClock.Instant?
    /// What `cached` leaves for `embed`. Nothing but the deadline may change in between.
    package var keys: InputKeys?

    package init(
        inputs: [EmbeddingInput],
        type: EmbeddingInputType = .document,
        priority: Priority = .interactive,
        dimensions: Int? = nil,
        truncate: Bool = true,
        deadline: ContinuousClock.Instant? = nil,
        partition: CachePartition = .pipeline
    ) {
        self.inputs = inputs
        self.type = type
        self.priority = priority
        self.dimensions = dimensions
        self.truncate = truncate
        self.partition = partition
        self.deadline = deadline
    }
}

/// The inputs of a request as a cache knows them: their hashes, which only the service that made them reads.
package struct InputKeys: Sendable, Hashable {
    /// The identity that they were made for.
    package let model: EmbeddingModel
    package let words: [UInt64]

    package init(model: EmbeddingModel, words: [UInt64]) {
        self.model = model
        self.words = words
    }
}

/// The outcome of an `EmbeddingRequest`.
package struct EmbeddingResult: Sendable {
    package enum CacheUse: String, Sendable { case hit, partial, miss }

    /// One outcome for each input, in order.
    package var embeddings: [Result<Embedding, EmbeddingError>]
    package var model: EmbeddingModel
    /// Tokens of all inputs, those answered from the cache included.
    package var tokens: Int
    package var cache: CacheUse
    /// How long the texts waited for a batch, and how long the provider took.
    package var queueTime: Duration
    package var providerTime: Duration

    package init(
        embeddings: [Result<Embedding, EmbeddingError>],
        model: EmbeddingModel,
        tokens: Int,
        cache: CacheUse = .miss,
        queueTime: Duration = .zero,
        providerTime: Duration = .zero
    ) {
        self.embeddings = embeddings
        self.model = model
        self.tokens = tokens
        self.cache = cache
        self.queueTime = queueTime
        self.providerTime = providerTime
    }
}

/// Whether the provider can be used now.
package enum ProviderState: Sendable, Hashable {
    case ready
    /// Its model is still on its way into this process; what is done for that, and how far it is.
    case preparing(String)
    /// Limited by the provider until the instant.
    case limited(until: ContinuousClock.Instant)
    /// The circuit breaker is open until the instant.
    case open(until: ContinuousClock.Instant)
    /// Stopped by a fault that only the operator can mend.
    case stopped(EmbeddingError)
}
