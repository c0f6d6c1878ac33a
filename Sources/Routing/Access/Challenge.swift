/// What `WWW-Authenticate` says about a request without the right key (RFC 6750 §3).
enum Challenge: Sendable, Hashable {
    /// No key was shown: there is nothing to say of it (RFC 6750 §3.1).
    case missingKey
    case invalidRequest
    case invalidToken
    case insufficientScope(Scope)

    var field: String {
        switch self {
        case .missingKey: #"Bearer realm="embed-star""#
        case .invalidRequest: #"Bearer realm="embed-star", error="invalid_request""#
        case .invalidToken: #"Bearer realm="embed-star", error="invalid_token""#
        case .insufficientScope(let scope):
            #"Bearer realm="embed-star", error="insufficient_scope", scope="\#(scope.rawValue)""#
        }
    }
}
