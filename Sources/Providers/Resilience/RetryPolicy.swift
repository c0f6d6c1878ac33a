import EmbeddingCore
import Retry

/// When a failed call is tried again: exponential back-off with full jitter.
struct RetryPolicy: Sendable, Hashable {
    /// Tries of one call, the first included.
    var attempts = 5
    var backoff = Backoff(base: .milliseconds(500), longest: .seconds(300))

    /// What a failure means for the call that met it.
    enum Verdict: Sendable, Hashable {
        /// The same call may succeed later; the attempt counts.
        case retry
        /// The provider sets the pace; the attempt does not count.
        case pace
        /// One of the texts, or their number, is refused: smaller calls find out which.
        case divide
        /// No call can succeed until the operator mends something.
        case stop
        case fail
    }

    static func verdict(_ code: EmbeddingError.Code) -> Verdict {
        switch code {
        case .unavailable, .timeout, .textFailed, .badResponse: .retry
        case .rateLimited: .pace
        case .invalidInput: .divide
        case .unauthorized, .quotaExhausted, .unknownModel, .wrongAddress, .misconfigured: .stop
        case .tokensUnsupported, .unsupportedDimensions, .unsupported, .overloaded, .circuitOpen, .cancelled, .internal:
            .fail
        }
    }

    /// The wait before the next try: anything up to the back-off's ceiling, but never less than the provider asked for.
    /// - Parameters:
    ///   - attempt: tries made so far, 1 after the first.
    ///   - jitter: 0..<1.
    func delay(after attempt: Int, retryAfter: Duration?, jitter: Double) -> Duration {
        max(retryAfter ?? .zero, backoff.ceiling(ofAttempt: attempt) * jitter)
    }
}
