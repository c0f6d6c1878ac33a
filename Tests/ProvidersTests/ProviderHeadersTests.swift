import EmbeddingCore
import HTTPClient
import Testing

@testable import Providers

struct ProviderHeadersTests {
    @Test(
        arguments: [
            ([("Retry-After", "7")], 7),
            ([("retry-after", "0.25")], 0.25),
            ([("retry-after-ms", "1500"), ("Retry-After", "99")], 1.5),
            ([("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")], 10),
            ([("Retry-After", "Sunday, 06-Nov-94 08:49:47 GMT"), ("Date", "Sun Nov  6 08:49:37 1994")], 10),
            ([("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT")], 47),
            ([("Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT")], 0),
            ([("Retry-After", "-5")], 0),
            ([("Retry-After", "1e300")], 3600),
            ([("Retry-After", "soon")], nil),
            ([("Retry-After", "nan")], nil),
            ([], nil),
        ] as [([(String, String)], Double?)]
    )
    func `Retry-After is understood in all its forms`(headers: [(String, String)], seconds: Double?) {
        let response = HTTPClientResponse(status: 429, headers: headers.map { (name: $0.0, value: $0.1) })
        let duration = RetryAfter.duration(in: response) { 784_111_740 }
        #expect(duration == seconds.map { .seconds($0) })
    }

    @Test(
        arguments: [
            ("12ms", 0.012), ("6m0s", 360), ("1s", 1), ("1.5s", 1.5), ("1h2m3s", 3723), ("20", 20), ("", nil),
            ("s", nil),
            ("5x", nil), ("-1s", nil), ("1m30", nil),
        ] as [(String, Double?)]
    )
    func `reset durations are understood`(text: String, seconds: Double?) {
        let value = RateLimitHeaders.duration(text).map { $0 / .seconds(1) }
        #expect(value.map { ($0 * 1e6).rounded() } == seconds.map { ($0 * 1e6).rounded() })
    }

    @Test func `rate headers are read`() {
        let response = HTTPClientResponse(
            status: 200,
            headers: [
                ("x-ratelimit-limit-requests", "3000"), ("X-RateLimit-Remaining-Requests", "2999"),
                ("x-ratelimit-reset-requests", "20ms"), ("x-ratelimit-limit-tokens", "-3"),
                ("x-ratelimit-remaining-tokens", "junk"),
            ]
        )
        let quota = RateLimitHeaders.quota(in: response)
        #expect(quota?.requests == .init(limit: 3000, remaining: 2999, reset: .seconds(0.02)))
        #expect(quota?.tokens == .init())
        #expect(RateLimitHeaders.quota(in: HTTPClientResponse(status: 200)) == nil)
    }

    @Test(
        arguments: [
            (400, #"{"error":{"message":"bad","type":"t","param":null,"code":null}}"#, .invalidInput),
            (400, #"{"error":{"message":"bad","type":"t","param":"dimensions","code":null}}"#, .unsupportedDimensions),
            (
                401, #"{"error":{"message":"Incorrect API key provided: sk-se**et","code":"invalid_api_key"}}"#,
                .unauthorized
            ),
            (403, "", .unauthorized),
            (404, #"{"error":"model not found"}"#, .unknownModel),
            (403, #"{"error":{"message":"no","code":"model_not_found"}}"#, .unknownModel),
            (408, "", .timeout),
            (409, "", .unavailable),
            (413, "", .invalidInput),
            (422, "", .invalidInput),
            (429, #"{"error":{"message":"slow","type":"requests","code":"rate_limit_exceeded"}}"#, .rateLimited),
            (
                429, #"{"error":{"message":"quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                .quotaExhausted
            ),
            (500, "<html>", .unavailable),
            (503, #"{"error":"server busy"}"#, .unavailable),
            (504, "", .timeout),
            (302, "", .wrongAddress),
            (404, #"{"detail":"Not Found"}"#, .wrongAddress), (404, "404 page not found", .wrongAddress),
            (404, #"{"object":"error","message":"The model `x` does not exist.","code":404}"#, .unknownModel),
            (400, #"{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}"#, .unauthorized),
            (400, #"{"error":{"message":"Specifying dimensions is not supported."}}"#, .unsupportedDimensions),
        ] as [(Int, String, EmbeddingError.Code)]
    )
    func `each status has its meaning`(status: Int, body: String, code: EmbeddingError.Code) async {
        let transport = StubTransport { _ in .json(body, status: status) }
        let endpoint = ProviderEndpoint(baseURL: "http://x", key: .bearer { "sk-secret" }, transport: transport)
        await #expect(throws: EmbeddingError(code, "")) { try await endpoint.post("/embeddings", []) { _ in } }
    }

    @Test(arguments: [
        #"{"error":{"message":"the words"}}"#, #"{"error":"the words"}"#, #"{"detail":"the words"}"#, "the words",
        #"{"detail":[{"loc":["body","input"],"msg":"the words","type":"x"}]}"#, #"["the words"]"#,
        #"{"errors":{"input":["the words"]}}"#, #"{"errors":[{"code":7,"text":"the words"}]}"#,
        #"{"error_description":"the words"}"#, #"{"Message":"the words"}"#, #"{"reason":"the words"}"#,
        #"{"fault":{"faultstring":"the words"}}"#, #"{"error":{"error":{"message":"the words"}}}"#, #""the words""#,
    ])
    func `the words of a refusal are found in every shape`(body: String) {
        #expect(ProviderFault(Array(body.utf8)).message == "the words")
    }

    @Test func `words may be in Latin 1, and an answer without a fault has none`() {
        #expect(ProviderFault(Array(#"{"error":"caf"#.utf8) + [0xE9] + Array(#""}"#.utf8)).message == "caf\u{FFFD}")
        let answer = #"{"object":"list","model":"m","data":[{"object":"embedding","embedding":[1]}],"error":null}"#
        #expect(ProviderFault(Array(answer.utf8)).message.isEmpty)
    }

    @Test func `a 429 without Retry-After waits for what has run out`() {
        let endpoint = ProviderEndpoint(baseURL: "http://x", transport: StubTransport { _ in .json("") })
        let response = HTTPClientResponse(
            status: 429,
            headers: [
                ("x-ratelimit-remaining-requests", "12"), ("x-ratelimit-reset-requests", "1m"),
                ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "3s"),
            ]
        )
        #expect(endpoint.error(for: response).retryAfter == .seconds(3))
    }

    @Test func `nobody is believed who asks for more than an hour`() {
        let endpoint = ProviderEndpoint(baseURL: "http://x", transport: StubTransport { _ in .json("") })
        let response = HTTPClientResponse(
            status: 429,
            headers: [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "999999h")]
        )
        #expect(endpoint.error(for: response).retryAfter == .seconds(3600))
    }

    @Test func `no message repeats the key or control characters`() {
        let endpoint = ProviderEndpoint(
            baseURL: "http://x",
            key: .bearer { "sk-secret" },
            transport: StubTransport { _ in .json("") }
        )
        let body = #"{"error":{"message":"the key sk-secret\nis odd \#(String(repeating: "x", count: 5000))"}}"#
        let error = endpoint.error(for: .json(body, status: 400))
        #expect(!error.message.contains("sk-secret") && !error.message.contains("\n"))
        #expect(error.message.count < 400)
        #expect(!endpoint.error(for: .json(body, status: 401)).message.contains("odd"))
    }

    @Test(arguments: 0..<30) func `no message ends within the key`(place: Int) async {
        let key = "sk-secret-0123456789"
        let padding = String(repeating: "x", count: 275 + place)
        let answers = [
            (400, #"{"error":"\#(padding)\#(key) y"}"#), (500, padding + key), (200, #"{"error":"\#(key)"}"#),
        ]
        for (status, body) in answers {
            let endpoint = ProviderEndpoint(
                baseURL: "http://x",
                key: .bearer { key },
                transport: StubTransport { _ in .json(body, status: status) }
            )
            let error = await #expect(throws: EmbeddingError.self) {
                try await endpoint.post("/", []) { answer throws(EmbeddingError) in
                    try OpenAIWire.batch(answer.body, count: 1, capacity: 1)
                }
            }
            #expect(error?.message.contains("sk-sec") == false)
        }
    }

    @Test(arguments: [
        ("http://user:pass@host:8080/v1?x", "host:8080"), ("https://api.openai.com/v1", "api.openai.com"),
        ("host", "host"), ("http://[::1]:11434", "[::1]:11434"),
    ])
    func `labels hold host and port alone`(url: String, label: String) {
        #expect(EndpointLabel.of(url) == label)
    }
}

struct RetryPolicyTests {
    @Test(arguments: [(1, 0.5), (2, 1), (3, 2), (4, 4), (12, 300), (100, 300)] as [(Int, Double)])
    func `the ceiling doubles up to its bound`(attempt: Int, seconds: Double) {
        let policy = RetryPolicy()
        #expect(policy.delay(after: attempt, retryAfter: nil, jitter: 0) == .zero)
        let full = policy.delay(after: attempt, retryAfter: nil, jitter: 0.999_999)
        #expect(full <= .seconds(seconds) && full > .seconds(seconds * 0.999))
    }

    @Test func `the provider's word is the least wait`() {
        #expect(RetryPolicy().delay(after: 1, retryAfter: .seconds(9), jitter: 0.5) == .seconds(9))
    }

    @Test func `each failure is tried again only where that can help`() {
        func codes(_ verdict: RetryPolicy.Verdict) -> Set<EmbeddingError.Code> {
            Set(EmbeddingError.Code.allCases.filter { RetryPolicy.verdict($0) == verdict })
        }
        #expect(codes(.retry) == [.badResponse, .textFailed, .timeout, .unavailable])
        #expect(codes(.stop) == [.misconfigured, .quotaExhausted, .unauthorized, .unknownModel, .wrongAddress])
        #expect(codes(.pace) == [.rateLimited])
        #expect(codes(.divide) == [.invalidInput])
    }
}
