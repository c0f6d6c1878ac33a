import EventLoop
import HTTP

/// What a handler knows of the request it answers.
struct RequestContext: Sendable {
    var head: HTTPRequestHead
    var body: HTTPRequestBody
    /// The path's parameters in the order of the template, decoded.
    var parameters: [String]
    var requestID: String
    var caller: Caller
    /// When the request was complete.
    var started: MonotonicInstant
    /// How long the answer may take from then.
    var timeLimit = Duration.seconds(30)

    /// The time since then.
    var elapsed: Duration { MonotonicInstant.now - started }

    /// The body, when it is delivered whole.
    var bytes: [UInt8] {
        if case .bytes(let bytes) = body { return bytes }
        return []
    }
}
