import EventLoop
import HTTP

/// What a handler knows of the request it answers.
struct RequestContext: Sendable {
    var request: HTTPRequest
    /// The path's parameters in the order of the template, decoded.
    var parameters: [String]
    var requestID: String
    var caller: Caller
    /// When the request was complete.
    var started: MonotonicInstant

    /// The time since then.
    var elapsed: Duration { MonotonicInstant.now - started }

    var head: HTTPRequestHead { request.head }

    /// The body, when it is delivered whole.
    var bytes: [UInt8] {
        if case .bytes(let bytes) = request.body { return bytes }
        return []
    }
}

/// Who asks.
struct Caller: Sendable, Hashable {
    /// Which of the configured keys was shown; nil without one.
    var key: Int?
    /// The same in every replica and after the keys were changed; nil without a key.
    var fingerprint: String?
    /// Whether it may read private repos.
    var seesPrivate = false
}
