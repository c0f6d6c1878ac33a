import HTTP

/// A request's head with what the server itself makes of it.
struct RequestMessage: Sendable {
    /// How long the body is (RFC 9112 §6.3).
    enum Framing: Sendable, Equatable {
        case none
        case length(Int)
        case chunked
    }

    enum Coding: Sendable, Equatable {
        case identity
        case gzip
        case unknown
    }

    var head: HTTPRequestHead
    /// 0 for HTTP/1.0.
    var minorVersion: Int
    var framing: Framing
    var coding: Coding
    /// Whether the connection may serve another request.
    var keepsAlive: Bool
    var expectsContinue: Bool
    /// Whether the target is `*`.
    var isServerWide: Bool
}
