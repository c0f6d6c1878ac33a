import EmbeddingCore
import Telemetry

extension BatchQueue {
    typealias Instant = ContinuousClock.Instant
    typealias RequestID = Int
    typealias CallID = Int
    typealias TextOutcome = Result<EmbeddedText, EmbeddingError>

    struct Settings: Sendable, Hashable {
        /// Texts in one call.
        var batchSize = 64
        /// Tokens in one call; nil without limit.
        var tokensPerCall: Int?
        /// Calls under way at once.
        var parallelCalls = 4
        /// How long texts wait for company while another call is under way.
        var window = Duration.milliseconds(2)
        /// Texts known to the queue, those under way included. The backlog may use half.
        var capacity = 16_384
        /// Bytes of those texts.
        var byteCapacity = 64 << 20
        /// How long a request without a deadline waits at most.
        var patience = Duration.seconds(300)
        var retry = RetryPolicy()
        var pacing = Pacer.Settings()
        /// How long a provider stopped by a permanent fault is left alone before one small call tries it again.
        var probeInterval = Duration.seconds(60)
    }

    /// What all texts of one call have in common.
    struct Shape: Sendable, Hashable {
        /// The size the texts' callers want; nil when it does not matter.
        var dimensions: Int?
        /// What the texts are; nil where the provider is not told, so that its calls take all together.
        var type: EmbeddingInputType?
        /// Whether the vectors may be of unit length; otherwise they have to be as the model gives them.
        var isNormalized = true
    }

    /// One text that somebody waits for.
    struct Text: Sendable {
        var key: CacheKey
        var input: EmbeddingInput
        /// Counted or estimated.
        var tokens: Int
        /// Whether a refused text may be shortened and tried again.
        var truncatedEnd: TruncatedEnd?
        /// What asked for it; nil when that is not traced.
        var span: Span?
    }

    /// One provider call to be made.
    struct Call: Sendable {
        var id: CallID
        var keys: [CacheKey]
        var inputs: [EmbeddingInput]
        /// Counted or estimated, one for each input.
        var tokens: [Int]
        var shape = Shape()
        /// How long the provider may take; nil for as long as any call.
        var patience: Duration?
        /// What its texts are asked for by, as far as that is traced; the first `BatchQueue.spanLimit` of them.
        var spans: [Span] = []

        /// Whether there is so little to send, in bytes, and to read, in numbers, that it may be done on an event loop:
        /// tenths of a millisecond.
        var isBrief: Bool {
            guard let dimensions = shape.dimensions, inputs.count * dimensions <= 16 << 10 else { return false }
            return inputs.reduce(0) { $0 + $1.byteCount } <= 16 << 10
        }
    }

    /// Callers of one batch that its trace names at most.
    static let spanLimit = 32

    /// What a provider call gave.
    struct Answer: Sendable {
        /// One for each input of the call.
        var outcomes: [TextOutcome]
        /// Tokens the provider counted; 0 when it did not.
        var tokens: Int
        var quota: ProviderQuota?
    }

    /// What a request is answered with.
    struct Finished: Sendable {
        var outcomes: [TextOutcome]
        /// Until the first of its texts was sent, and from then on.
        var queueTime: Duration
        var providerTime: Duration
    }

    /// What the shell has to do after an event.
    enum Effect: Sendable {
        case start(Call)
        case finish(RequestID, Finished)
        case retried(EmbeddingError.Code)
        case limited
        /// A text was refused as too long and is tried again in part.
        case shortened
        case stopped(EmbeddingError)
        case recovered
    }
}
