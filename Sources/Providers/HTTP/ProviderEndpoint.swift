import DateTime
import EmbeddingCore
import HTTPClient

/// One provider's base URL: sends requests and turns every failure into an `EmbeddingError`.
struct ProviderEndpoint: Sendable {
    /// Without a slash at the end.
    let baseURL: String
    /// Sent as a bearer token; never part of a message.
    let key: String?
    let transport: any HTTPTransport
    var timeouts = HTTPClientTimeouts()
    /// Seconds since 1970, for `Retry-After` dates of answers without a `Date`.
    var wallClock: @Sendable () -> Double = { Timestamp.now.secondsSince1970 }

    init(baseURL: String, key: String? = nil, transport: any HTTPTransport) {
        var trimmed = baseURL
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.baseURL = trimmed
        self.key = key
        self.transport = transport
    }

    /// - Parameter takesGzip: whether the answer may come compressed.
    func post(
        _ path: String,
        _ body: [UInt8],
        takesGzip: Bool = true,
        timeouts: HTTPClientTimeouts? = nil
    ) async throws(EmbeddingError) -> HTTPClientResponse {
        try await send("POST", path, body, takesGzip: takesGzip, timeouts ?? self.timeouts)
    }

    func get(_ path: String) async throws(EmbeddingError) -> HTTPClientResponse {
        try await send("GET", path, [], takesGzip: true, timeouts)
    }

    private func send(
        _ method: String,
        _ path: String,
        _ body: [UInt8],
        takesGzip: Bool,
        _ timeouts: HTTPClientTimeouts
    ) async throws(EmbeddingError) -> HTTPClientResponse {
        var headers: [(name: String, value: String)] = [("Accept", "application/json")]
        if !body.isEmpty { headers.append(("Content-Type", "application/json")) }
        if !takesGzip { headers.append(("Accept-Encoding", "identity")) }
        if let key { headers.append(("Authorization", "Bearer \(key)")) }
        let request = HTTPClientRequest(method, baseURL + path, headers: headers, body: body, timeouts: timeouts)
        let response: HTTPClientResponse
        do {
            response = try await transport.send(request)
        } catch {
            throw Self.error(for: error)
        }
        guard response.status == 200 else { throw self.error(for: response) }
        return response
    }

    /// The error of an answer that is not 200. Which are tried again follows from the code: see `RetryPolicy`.
    func error(for response: HTTPClientResponse) -> EmbeddingError {
        let fault = ProviderFault(response.body)
        let retryAfter = RetryAfter.duration(in: response, now: wallClock)
        let code = Self.code(status: response.status, fault: fault)
        // The body of a refused key quotes parts of it.
        let words = code == .unauthorized ? "" : redacted(fault.message)
        let message = "the provider answered \(response.status)" + (words.isEmpty ? "" : ": \(words)")
        return EmbeddingError(
            code,
            message,
            retryAfter: code == .rateLimited ? retryAfter ?? resetTime(response) : retryAfter
        )
    }

    private static func code(status: Int, fault: ProviderFault) -> EmbeddingError.Code {
        if fault.code == "insufficient_quota" || fault.type == "insufficient_quota" { return .quotaExhausted }
        if fault.code == "billing_hard_limit_reached" { return .quotaExhausted }
        if fault.code == "model_not_found" { return .unknownModel }
        switch status {
        case 401, 403, 407: return .unauthorized
        case 402: return .quotaExhausted
        case 404, 405, 410: return .unknownModel
        case 408, 504, 524: return .timeout
        case 429: return .rateLimited
        case 409, 425, 500...599: return .unavailable
        case 400...499: return fault.parameter == "dimensions" ? .unsupportedDimensions : .invalidInput
        default: return .badResponse
        }
    }

    /// When a 429 has no `Retry-After`: the time until the resource that ran out is there again.
    private func resetTime(_ response: HTTPClientResponse) -> Duration? {
        guard let quota = RateLimitHeaders.quota(in: response) else { return nil }
        return [quota.requests, quota.tokens].filter { $0.remaining == 0 }.compactMap(\.reset).max()
    }

    private func redacted(_ text: String) -> String {
        guard let key, key.utf8.count >= 4 else { return text }
        return text.split(separator: key, omittingEmptySubsequences: false).joined(separator: "***")
    }

    private static func error(for error: HTTPClientError) -> EmbeddingError {
        let message = "the provider cannot be reached: \(error.message)"
        switch error.code {
        case .connect, .tls, .reset, .other: return EmbeddingError(.unavailable, message)
        case .timeout: return EmbeddingError(.timeout, "the provider did not answer in time")
        case .tooLarge: return EmbeddingError(.badResponse, "the provider's answer is too large")
        case .protocol: return EmbeddingError(.badResponse, "the provider's answer is not HTTP: \(error.message)")
        case .cancelled, .shutdown: return EmbeddingError(.cancelled, "the provider call was cancelled")
        case .invalidURL: return EmbeddingError(.unknownModel, "the provider's URL is not valid")
        }
    }
}
