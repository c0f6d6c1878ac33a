import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct PartialTests {
    private let services = StubServices()

    private func embed(_ query: String, _ body: String) async throws -> Answer {
        try await services.api().ask(.post, "/v1/embeddings\(query)", body)
    }

    @Test func `one bad input among many costs its own vector alone`() async throws {
        services.embeddings.state.withLock { $0.limits.acceptsTokens = true }
        let answer = try await embed("?partial=true", #"{"input":["a","",[]],"model":"stub-model"}"#)
        #expect(answer.status == 200)
        let fault = #"{"message":"it is empty","type":"invalid_request_error","param":"input","code":null}}"#
        #expect(
            answer.text
                == #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,0.125,0.25]},"#
                + #"{"object":"error","index":1,"error":\#(fault),{"object":"error","index":2,"error":\#(fault)],"#
                + #""model":"stub-model","usage":{"prompt_tokens":12,"total_tokens":12}}"#
        )
    }

    @Test(arguments: ["", "?partial=false", "?api-version=2024-10-21"])
    func `otherwise it costs the answer`(query: String) async throws {
        #expect(try await embed(query, #"{"input":["a",""]}"#).status == 400)
    }

    @Test(arguments: [("?partial=1", #"{"input":["a"]}"#), ("?partial=true", #"{"input":["a",1]}"#)])
    func `what is no request stays one fault`(query: String, body: String) async throws {
        #expect(try await embed(query, body).status == 400)
    }
}
