import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct OpenAIEmbeddingsTests {
    private let services = StubServices()

    private func embed(_ body: String) async throws -> Answer {
        try await services.api().ask(.post, "/v1/embeddings", body)
    }

    @Test func `one string gives one vector with usage`() async throws {
        let answer = try await embed(#"{"input":"abc","model":"stub-model","user":"u","unknown":1}"#)
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[3,0.125,0.25]}],"#
                + #""model":"stub-model","usage":{"prompt_tokens":4,"total_tokens":4}}"#
        )
        #expect(answer.headers["Content-Type"] == "application/json")
        #expect(answer.headers["X-Embed-Star-Cache"] == "miss")
        #expect(answer.headers["Server-Timing"]?.hasPrefix("queue;dur=1.0, provider;dur=2.0, total;dur=") == true)
        #expect(answer.requestID != nil)
    }

    @Test(
        arguments: [
            (#""a""#, [.text("a")]), (#"["a","bb"]"#, [.text("a"), .text("bb")]), ("[1,2]", [.tokens([1, 2])]),
            ("[[1,2],[3]]", [.tokens([1, 2]), .tokens([3])]),
        ] as [(String, [EmbeddingInput])]
    )
    func `all four shapes of input are understood`(input: String, expected: [EmbeddingInput]) async throws {
        services.embeddings.state.withLock { $0.limits.acceptsTokens = true }
        let answer = try await embed(#"{"input":\#(input)}"#)
        #expect(answer.status == 200)
        #expect(services.embeddings.requests.map(\.inputs) == [expected])
        #expect(try answer.json["data"] != nil)
    }

    @Test func `base64 is little-endian float32`() async throws {
        let answer = try await embed(#"{"input":["a","bb"],"encoding_format":"base64"}"#)
        guard case .array(let data) = try answer.json["data"] else { throw APIError.unexpected }
        #expect(data.map { $0["embedding"]?.string } == ["AACAPwAAAD4AAIA+", "AAAAQAAAAD4AAIA+"])
        #expect(data.map { $0["index"]?.integer } == [0, 1])
    }

    @Test func `null means the default`() async throws {
        let answer = try await embed(
            #"{"input":"a","encoding_format":null,"model":null,"dimensions":null,"user":null,"input_type":null}"#
        )
        #expect(answer.status == 200)
        #expect(answer.text.contains("[1,0.125,0.25]"))
    }

    @Test func `dimensions and input type reach the engine`() async throws {
        _ = try await embed(#"{"input":"a","dimensions":2,"input_type":"query"}"#)
        let request = try #require(services.embeddings.requests.first)
        #expect(request.dimensions == 2)
        #expect(request.type == .query)
        #expect(request.priority == .interactive)
        #expect(request.deadline != nil)
    }

    @Test(arguments: [
        (#"{"input":""}"#, "input"), (#"{"input":[]}"#, "input"), (#"{"input":["a",""]}"#, "input"),
        (#"{"input":[[]]}"#, "input"), (#"{"input":null}"#, "input"), (#"{"input":1}"#, "input"), ("{}", "input"),
        (#"{"input":["a",1]}"#, "input"), (#"{"input":[1,"a"]}"#, "input"), (#"{"input":[1.5]}"#, "input"),
        (#"{"input":[-1]}"#, "input"), (#"{"input":[99999999999]}"#, "input"), (#"{"input":{"a":1}}"#, "input"),
        (#"{"input":"a","dimensions":0}"#, "dimensions"), (#"{"input":"a","dimensions":"3"}"#, "dimensions"),
        (#"{"input":"a","dimensions":1e99}"#, "dimensions"), (#"{"input":"a","model":1}"#, "model"),
        (#"{"input":"a","encoding_format":"hex"}"#, "encoding_format"), (#"{"input":"a","user":[]}"#, "user"),
        (#"{"input":"a","input_type":"passage"}"#, "input_type"),
    ])
    func `a wrong field is 400 and named`(body: String, parameter: String) async throws {
        let answer = try await embed(body)
        #expect(answer.status == 400)
        let error = try #require(try answer.json["error"])
        #expect(error["param"] == .string(parameter))
        #expect(error["type"] == .string("invalid_request_error"))
        #expect(error["message"]?.string?.isEmpty == false)
        #expect(error["code"] == .null)
    }

    @Test(arguments: ["", "{", "[]", "null", "\"a\"", "{\"input\":\"a\"}x"])
    func `a body that is no JSON object is 400`(body: String) async throws {
        let answer = try await embed(body)
        #expect(answer.status == 400)
        #expect(try answer.json["error"]?["param"] == .null)
    }

    @Test func `too many inputs are 400`() async throws {
        let api = services.api { $0.maximumClientBatch = 2 }
        #expect(try await api.ask(.post, "/v1/embeddings", #"{"input":["a","b","c"]}"#).status == 400)
        #expect(try await api.ask(.post, "/v1/embeddings", #"{"input":["a","b"]}"#).status == 200)
    }

    @Test(arguments: ["stub-model", "builtin/stub-model", "stub-model:latest", "alias", ""])
    func `the model may be named in several ways`(name: String) async throws {
        let api = services.api { $0.modelAliases = ["alias"] }
        let answer = try await api.ask(.post, "/v1/embeddings", #"{"input":"a","model":"\#(name)"}"#)
        #expect(answer.status == 200)
        #expect(try answer.json["model"] == .string(name.isEmpty ? "stub-model" : name))
    }

    @Test(arguments: [true, false])
    func `another model is 404`(isCached: Bool) async throws {
        services.embeddings.state.withLock { $0.isCached = isCached }
        let answer = try await embed(#"{"input":"a","model":"gpt-4"}"#)
        #expect(answer.status == 404)
        #expect(try answer.json["error"]?["code"] == .string("model_not_found"))
    }

    @Test func `tokens are refused with a remedy where the provider takes text only`() async throws {
        let answer = try await embed(#"{"input":[[1,2]]}"#)
        #expect(answer.status == 400)
        #expect(answer.text.contains("check_embedding_ctx_length=False"))
    }

    @Test func `a full cache hit is answered at once, others are not`() throws {
        let api = services.api()
        let request = HTTPRequest(
            head: HTTPRequestHead(.post, "/v1/embeddings", headers: ["Content-Type": "application/json"]),
            body: .bytes(Array(#"{"input":"abc"}"#.utf8))
        )
        let early = api.answer(to: request).immediate
        #expect(early?.status == nil)
        services.embeddings.state.withLock { $0.isCached = true }
        let answer = try #require(api.answer(to: request).immediate)
        #expect(answer.status == .ok)
        #expect(answer.headers["X-Embed-Star-Cache"] == "hit")
    }

    @Test(arguments: [(4, 100, true), (5, 100, false), (1, 5000, false), (1, 20_000, false)])
    func `few and short texts are worked on briefly`(count: Int, length: Int, isBrief: Bool) {
        let text = "\"" + String(repeating: "x", count: length) + "\""
        let input = repeatElement(text, count: count).joined(separator: ",")
        let answer = services.api().answer(
            to: HTTPRequest(
                head: HTTPRequestHead(.post, "/v1/embeddings", headers: ["Content-Type": "application/json"]),
                body: .bytes(Array("{\"input\":[\(input)]}".utf8))
            )
        )
        if case .brief = answer { #expect(isBrief) } else { #expect(!isBrief) }
    }

    @Test func `a large answer is written in pieces and is whole`() async throws {
        services.embeddings.state.withLock { $0.dimensions = 1024 }
        let inputs = (0..<400).map { "\"\($0)\"" }.joined(separator: ",")
        let request = HTTPRequest(
            head: HTTPRequestHead(.post, "/v1/embeddings"),
            body: .bytes(Array(#"{"input":[\#(inputs)]}"#.utf8))
        )
        let response = await services.api().answer(to: request).response
        guard case .stream(let write) = response.body else { throw APIError.unexpected }
        let sink = BodySink()
        try await write(sink)
        #expect(sink.count > 10)
        guard case .array(let data) = try JSONValue(sink.bytes)["data"] else { throw APIError.unexpected }
        #expect(data.compactMap { $0["index"]?.integer } == Array(0..<400))
    }

    @Test(
        arguments: [
            (.invalidInput, 400, nil), (.tokensUnsupported, 400, nil), (.unsupportedDimensions, 422, nil),
            (.unsupported, 501, nil),
            (.unknownModel, 404, nil), (.wrongAddress, 503, nil), (.misconfigured, 503, nil),
            (.unauthorized, 503, nil), (.quotaExhausted, 503, nil), (.rateLimited, 429, "1"), (.overloaded, 429, "1"),
            (.unavailable, 503, "1"), (.circuitOpen, 503, "1"), (.timeout, 504, nil), (.badResponse, 502, nil),
            (.textFailed, 502, nil),
            (.cancelled, 503, "1"), (.internal, 500, nil),
        ] as [(EmbeddingError.Code, Int, String?)]
    )
    func `every fault of the engine has its status`(code: EmbeddingError.Code, status: Int, retry: String?) async throws
    {
        services.embeddings.state.withLock { $0.failure = EmbeddingError(code, "the reason") }
        let answer = try await embed(#"{"input":"a"}"#)
        #expect(answer.status == status)
        #expect(answer.headers["Retry-After"] == retry)
        #expect(try answer.json["error"]?["message"] != nil)
        #expect(answer.text.contains("the reason") == (status != 500 && code != .cancelled))
    }

    @Test func `how long to wait is rounded up to seconds`() async throws {
        services.embeddings.state.withLock {
            $0.failure = EmbeddingError(.rateLimited, "", retryAfter: .milliseconds(2100))
        }
        #expect(try await embed(#"{"input":"a"}"#).headers["Retry-After"] == "3")
    }

    @Test func `models are listed and found`() async throws {
        let api = services.api()
        let list = try await api.ask(.get, "/v1/models")
        guard case .array(let data) = try list.json["data"] else { throw APIError.unexpected }
        #expect(data.map { $0["id"] } == [.string("stub-model")])
        let one = try await api.ask(.get, "/v1/models/builtin/stub-model")
        #expect(try one.json["object"] == .string("model"))
        #expect(try await api.ask(.get, "/v1/models/other").status == 404)
    }
}
