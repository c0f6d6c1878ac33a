import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct OllamaTests {
    private let services = StubServices()

    @Test func `embed answers with vectors, durations and counts`() async throws {
        let answer = try await services.api().ask(
            .post,
            "/api/embed",
            #"{"model":"stub-model:latest","input":["a","bb"],"truncate":false,"options":{"x":1},"keep_alive":"5m"}"#
        )
        #expect(answer.status == 200)
        let json = try answer.json
        #expect(json["model"] == .string("stub-model:latest"))
        #expect(answer.text.contains(#""embeddings":[[1,0.125,0.25],[2,0.125,0.25]]"#))
        #expect(json["prompt_eval_count"] == .integer(8))
        #expect((json["total_duration"]?.integer ?? 0) > 0)
        #expect(services.embeddings.requests.map(\.truncate) == [false])
    }

    @Test(arguments: [#"{"input":""}"#, #"{"input":[]}"#, "{}", #"{"input":null}"#])
    func `no input gives no embeddings`(body: String) async throws {
        let answer = try await services.api().ask(.post, "/api/embed", body)
        #expect(answer.status == 200)
        #expect(try answer.json["embeddings"] == .array([]))
        #expect(services.embeddings.requests.isEmpty)
    }

    @Test(arguments: [(2, 2), (3, nil), (1000, nil), (0, nil)] as [(Int, Int?)])
    func `more dimensions than there are mean all there are`(given: Int, expected: Int?) async throws {
        for isCached in [false, true] {
            services.embeddings.state.withLock { $0.isCached = isCached }
            let answer = try await services.api().ask(.post, "/api/embed", #"{"input":"a","dimensions":\#(given)}"#)
            #expect(answer.status == 200)
        }
        #expect(services.embeddings.requests.first?.dimensions == expected)
    }

    @Test(arguments: [
        ("/api/embed", #"{"input":1}"#, 400), ("/api/embed", #"{"input":["a",2]}"#, 400), ("/api/embed", "[]", 400),
        ("/api/embed", "{", 400), ("/api/embed", #"{"input":"a","truncate":"no"}"#, 400),
        ("/api/embed", #"{"input":"a","dimensions":-1}"#, 400), ("/api/embed", #"{"input":"a","model":"x"}"#, 404),
        ("/api/embed", #"{"input":"","model":"x"}"#, 404), ("/api/embeddings", #"{"prompt":3}"#, 400),
        ("/api/show", #"{"model":"x"}"#, 404), ("/api/show", "3", 400),
    ])
    func `errors are one line of text`(path: String, body: String, status: Int) async throws {
        let answer = try await services.api().ask(.post, path, body)
        #expect(answer.status == status)
        guard case .object(let members) = try answer.json else { throw APIError.unexpected }
        #expect(members.dictionary.keys.sorted() == ["error"])
        #expect(members["error"]?.string?.isEmpty == false)
    }

    @Test func `the old route answers with one vector`() async throws {
        let api = services.api()
        #expect(
            try await api.ask(.post, "/api/embeddings", #"{"prompt":"abc"}"#).text == #"{"embedding":[3,0.125,0.25]}"#
        )
        #expect(try await api.ask(.post, "/api/embeddings", #"{"prompt":""}"#).text == #"{"embedding":[]}"#)
    }

    @Test func `curl's default content type is taken, others are not`() async throws {
        let api = services.api()
        for (type, status) in [("application/x-www-form-urlencoded", 200), ("text/plain", 415)] {
            let answer = try await api.ask(.post, "/api/embed", #"{"input":"a"}"#, headers: ["Content-Type": type])
            #expect(answer.status == status)
        }
    }

    @Test func `models are listed and shown`() async throws {
        let api = services.api { $0.version = "1.2.3" }
        let tags = try await api.ask(.get, "/api/tags")
        guard case .array(let models) = try tags.json["models"] else { throw APIError.unexpected }
        #expect(models.map { $0["name"] } == [.string("stub-model")])
        #expect(models.first?["digest"] == .string("abc"))
        let moment = models.first?["modified_at"]?.string ?? ""
        #expect(moment.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*Z/) != nil)
        let shown = try await api.ask(.post, "/api/show", #"{"name":"stub-model"}"#)
        #expect(try shown.json["capabilities"] == .array([.string("embedding")]))
        #expect(try shown.json["model_info"]?["bert.embedding_length"] == .integer(3))
        #expect(try await api.ask(.get, "/api/version").text == #"{"version":"1.2.3"}"#)
    }

    @Test func `a full cache hit is answered at once`() {
        services.embeddings.state.withLock { $0.isCached = true }
        let api = services.api()
        for (path, body) in [
            ("/api/embed", #"{"input":"a"}"#), ("/api/embeddings", #"{"prompt":"a"}"#), ("/embed", #"{"inputs":"a"}"#),
        ] {
            let request = HTTPRequest(head: HTTPRequestHead(.post, path), body: .bytes(Array(body.utf8)))
            #expect(api.answer(to: request).immediate?.status == .ok)
        }
    }
}

@Suite struct TEITests {
    private let services = StubServices()

    @Test(arguments: [
        (#""abc""#, "[[3,0.125,0.25]]"), (#"["a","bb"]"#, "[[1,0.125,0.25],[2,0.125,0.25]]"),
    ])
    func `embed answers with a bare array`(inputs: String, expected: String) async throws {
        let answer = try await services.api().ask(
            .post,
            "/embed",
            #"{"inputs":\#(inputs),"normalize":true,"truncate":false,"prompt_name":"query"}"#
        )
        #expect(answer.status == 200)
        #expect(answer.text == expected)
        #expect(services.embeddings.requests.map(\.type) == [.query])
        #expect(services.embeddings.requests.map(\.truncate) == [false])
    }

    @Test(arguments: [
        ("{}", 400, "validation"), (#"{"inputs":""}"#, 400, "empty"), (#"{"inputs":[]}"#, 400, "empty"),
        (#"{"inputs":5}"#, 400, "validation"), ("{", 400, "validation"),
        (#"{"inputs":["a","b","c"]}"#, 413, "validation"),
        (#"{"inputs":"a","prompt_name":5}"#, 400, "validation"),
        (#"{"inputs":"a","normalize":1}"#, 400, "validation"),
    ])
    func `errors name their type`(body: String, status: Int, type: String) async throws {
        let answer = try await services.api { $0.maximumClientBatch = 2 }.ask(.post, "/embed", body)
        #expect(answer.status == status)
        #expect(try answer.json["error_type"] == .string(type))
        #expect(try answer.json["error"]?.string?.isEmpty == false)
    }

    @Test(
        arguments: [
            (.invalidInput, 422, "tokenizer"), (.overloaded, 429, "overloaded"), (.badResponse, 424, "backend"),
            (.unavailable, 503, "unhealthy"), (.internal, 500, "backend"),
        ] as [(EmbeddingError.Code, Int, String)]
    )
    func `faults of the engine have TEI's statuses`(code: EmbeddingError.Code, status: Int, type: String) async throws {
        services.embeddings.state.withLock { $0.failure = EmbeddingError(code, "why") }
        let answer = try await services.api().ask(.post, "/embed", #"{"inputs":"a"}"#)
        #expect(answer.status == status)
        #expect(try answer.json["error_type"] == .string(type))
    }

    @Test func `info tells model, dimensions and limits`() async throws {
        let json = try await services.api().ask(.get, "/info").json
        #expect(json["model_id"] == .string("stub-model"))
        #expect(json["dimensions"] == .integer(3))
        #expect(json["max_input_length"] == .integer(256))
        #expect(json["max_client_batch_size"] == .integer(2048))
    }
}
