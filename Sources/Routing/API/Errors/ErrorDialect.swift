/// The shape in which a route reports errors.
enum ErrorDialect: Sendable {
    /// `application/problem+json` (RFC 9457).
    case problem
    /// `{"error":{"message","type","param","code"}}`
    case openAI
    /// `{"error":"text"}`
    case ollama
    /// `{"error","error_type"}`
    case tei

    /// The shape for a path that is no route, by its first bytes.
    init(path: some StringProtocol) {
        if path.hasPrefix("/v1/") {
            self = .openAI
        } else if path.hasPrefix("/api/") {
            self = .ollama
        } else {
            self = .problem
        }
    }
}
