import DateTime
import EmbeddingCore
import HTTPClient
import Telemetry

/// One provider's base URL: sends requests and turns every failure into an `EmbeddingError`.
struct ProviderEndpoint: Sendable {
    /// What a provider knows its customers by; never part of a message.
    struct Key: Sendable {
        let name: String
        let scheme: String
        /// Asked at each request: it may change.
        let secret: @Sendable () -> String

        /// The field that carries it.
        var field: (name: String, value: String) { (name, scheme + secret()) }

        /// RFC 6750 §2.1.
        static func bearer(_ secret: @escaping @Sendable () -> String) -> Key {
            Key(name: "Authorization", scheme: "Bearer ", secret: secret)
        }

        /// In a field of the provider's own.
        static func field(_ name: String, _ secret: @escaping @Sendable () -> String) -> Key {
            Key(name: name, scheme: "", secret: secret)
        }
    }

    /// Without a slash at the end.
    let baseURL: String
    let key: Key?
    /// Sent with every request.
    let headers: @Sendable () -> [(name: String, value: String)]
    let transport: any HTTPTransport
    var timeouts = HTTPClientTimeouts()
    /// Seconds since 1970, for `Retry-After` dates of answers without a `Date`.
    var wallClock: @Sendable () -> Double = { Timestamp.now.secondsSince1970 }

    init(
        baseURL: String,
        key: Key? = nil,
        headers: @autoclosure @escaping @Sendable () -> [(name: String, value: String)] = [],
        transport: any HTTPTransport
    ) {
        var trimmed = baseURL
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.baseURL = trimmed
        self.key = key
        self.headers = headers
        self.transport = transport
    }

    /// - Parameters:
    ///   - takesGzip: whether the answer may come compressed.
    ///   - patience: for the whole answer; nil for the usual times.
    ///   - read: understands the answer. What it throws may have words of the provider's in it.
    func post<Answer>(
        _ path: String,
        _ body: [UInt8],
        takesGzip: Bool = true,
        patience: Duration? = nil,
        read: (HTTPClientResponse) throws(EmbeddingError) -> Answer
    ) async throws(EmbeddingError) -> Answer {
        let timeouts = patience.map { HTTPClientTimeouts(firstByte: $0, total: $0) } ?? self.timeouts
        return try understood(try await send("POST", path, body, takesGzip: takesGzip, timeouts), read)
    }

    func get<Answer>(
        _ path: String,
        read: (HTTPClientResponse) throws(EmbeddingError) -> Answer
    ) async throws(EmbeddingError) -> Answer {
        try understood(try await send("GET", path, [], takesGzip: true, timeouts), read)
    }

    private func understood<Answer>(
        _ response: HTTPClientResponse,
        _ read: (HTTPClientResponse) throws(EmbeddingError) -> Answer
    ) throws(EmbeddingError) -> Answer {
        do throws(EmbeddingError) { return try read(response) } catch {
            let message = redacted(error.message)
            throw EmbeddingError(error.code, message, retryAfter: error.retryAfter, parameter: error.parameter)
        }
    }

    /// Words that were cut, without what the provider is shown.
    private func redacted(_ words: String) -> String {
        let secrets = (key.map { [$0.secret()] } ?? []) + headers().map(\.value)
        return Redaction(secrets: secrets).apply(toCut: words)
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
        if let key { headers.append(key.field) }
        headers += self.headers()
        var request = HTTPClientRequest(method, baseURL + path, headers: headers, body: body, timeouts: timeouts)
        var redirects = 0
        while true {
            var response = try await send(request)
            switch response.status {
            case 200..<300:
                if response.body.starts(with: Self.byteOrderMark) { response.body.removeFirst(3) }
                return response
            case 300..<400 where redirects < Self.mostRedirects && response.header("location") != nil:
                request.url = try redirection(of: request, response)
                redirects += 1
            default: throw error(for: response)
            }
        }
    }

    private static let mostRedirects = 3
    /// Some servers begin their JSON with one (RFC 8259 §8.1 lets readers pass over it).
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private func send(_ request: HTTPClientRequest) async throws(EmbeddingError) -> HTTPClientResponse {
        do {
            return try await transport.send(request)
        } catch {
            throw Self.error(for: error)
        }
    }

    /// Where a redirected request continues. The key and the texts are for the server that was named, so only redirects
    /// within it are followed.
    private func redirection(
        of request: HTTPClientRequest,
        _ response: HTTPClientResponse
    ) throws(EmbeddingError) -> String {
        let location = response.header("location") ?? ""
        if let target = Redirection.target(location, of: request.url),
            Redirection.origin(of: target) == Redirection.origin(of: request.url)
        {
            return target
        }
        throw EmbeddingError(
            .wrongAddress,
            "the provider's URL redirects to \(EndpointLabel.withScheme(location)), another server"
        )
    }

    /// The error of an answer that is not 2xx. Which are tried again follows from the code: see `RetryPolicy`.
    func error(for response: HTTPClientResponse) -> EmbeddingError {
        let fault = ProviderFault(response.body)
        let retryAfter = RetryAfter.duration(in: response, now: wallClock)
        let code = Self.code(status: response.status, fault: fault)
        // The body of a refused key quotes parts of it.
        let words = code == .unauthorized ? "" : redacted(fault.message)
        let message = "the provider answered \(response.status)" + (words.isEmpty ? "" : ": \(words)") + response.way
        return EmbeddingError(
            code,
            message,
            retryAfter: code == .rateLimited ? retryAfter ?? resetTime(response) : retryAfter,
            parameter: fault.parameter
        )
    }

    private static func code(status: Int, fault: ProviderFault) -> EmbeddingError.Code {
        if fault.code == "insufficient_quota" || fault.type == "insufficient_quota" { return .quotaExhausted }
        if fault.code == "billing_hard_limit_reached" { return .quotaExhausted }
        if fault.code == "API_KEY_INVALID" { return .unauthorized }
        if fault.code == "model_not_found" { return .unknownModel }
        switch status {
        case 401, 403, 407: return .unauthorized
        case 402: return .quotaExhausted
        case 404, 405, 410: return fault.concernsModel ? .unknownModel : .wrongAddress
        case 300...399: return .wrongAddress
        case 408, 504, 524: return .timeout
        case 429: return .rateLimited
        case 409, 425, 500...599: return .unavailable
        case 400...499:
            return ["dimensions", "output_dimension"].contains(fault.parameter) ? .unsupportedDimensions : .invalidInput
        default: return .badResponse
        }
    }

    /// When a 429 has no `Retry-After`: the time until the resource that ran out is there again.
    private func resetTime(_ response: HTTPClientResponse) -> Duration? {
        guard let quota = RateLimitHeaders.quota(in: response) else { return nil }
        return [quota.requests, quota.tokens].filter { $0.remaining == 0 }.compactMap(\.reset).max()
    }

    private static func error(for error: HTTPClientError) -> EmbeddingError {
        let message = "the provider cannot be reached: \(error.message)"
        switch error.code {
        case .connect, .tls, .reset, .other: return EmbeddingError(.unavailable, message)
        case .timeout: return EmbeddingError(.timeout, "the provider did not answer in time: \(error.message)")
        case .tooLarge: return EmbeddingError(.badResponse, "the provider's answer is too large: \(error.message)")
        case .protocol: return EmbeddingError(.badResponse, "the provider's answer is not HTTP: \(error.message)")
        case .cancelled, .shutdown: return EmbeddingError(.cancelled, "the provider call was cancelled")
        case .invalidURL: return EmbeddingError(.unknownModel, "the provider's URL is not valid")
        }
    }
}
