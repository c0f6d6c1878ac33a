import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct RerankTests {
    /// The longer a document, the better.
    private struct LengthReranker: Reranker {
        let modelName = "by-length"

        func rerank(_ documents: [String], for query: String) async throws(EmbeddingError) -> RerankResult {
            RerankResult(scores: documents.map { Float($0.utf8.count) - 2 }, tokens: 9)
        }
    }

    private let services = StubServices()

    private func ask(_ path: String, _ body: String, isLoaded: Bool = true) async throws -> Answer {
        services.reranker.withLock { $0 = isLoaded ? LengthReranker() : nil }
        return try await services.api().ask(.post, path, body)
    }

    @Test func `TEI's answer is in order of the scores`() async throws {
        let plain = try await ask("/rerank", #"{"query":"q","texts":["a","bb","cccc"]}"#)
        #expect(
            plain.text == #"[{"index":2,"score":0.880797},{"index":1,"score":0.5},{"index":0,"score":0.268941}]"#
        )
        let raw = try await ask("/rerank", #"{"query":"q","texts":["a","bbb"],"raw_scores":true,"return_text":true}"#)
        #expect(raw.text == #"[{"index":1,"score":1,"text":"bbb"},{"index":0,"score":-1,"text":"a"}]"#)
    }

    @Test func `Cohere's and Jina's answer has the best of the documents`() async throws {
        let body =
            #"{"model":"rerank-v3","query":"q","documents":["a",{"text":"bbb"},"cc"],"top_n":2,"return_documents":true}"#
        let answer = try await ask("/v1/rerank", body).json
        #expect(answer["model"]?.string == "rerank-v3")
        #expect(answer["results"]?.array?.compactMap { $0["index"]?.integer } == [1, 2])
        #expect(answer["results"]?.array?.first?["document"]?["text"]?.string == "bbb")
        #expect(answer["usage"]?["total_tokens"]?.integer == 9)
    }

    @Test(arguments: ["/rerank", "/v2/rerank"])
    func `Infinity's clients and Cohere's later ones find the route`(path: String) async throws {
        let body = #"{"query":"q","documents":["a","bbb"],"raw_scores":true,"texts":null}"#
        let results = try await ask(path, body).json["results"]?.array
        #expect(results?.compactMap { $0["index"]?.integer } == [1, 0])
        #expect(results?.compactMap { $0["relevance_score"]?.double } == [1, -1])
    }

    @Test(arguments: ["/rerank", "/v1/rerank"]) func `without a cross-encoder it is not implemented`(path: String)
        async throws
    {
        let answer = try await ask(path, #"{"query":"q","texts":["a"],"documents":["a"]}"#, isLoaded: false)
        #expect(answer.status == 501)
        #expect(answer.text.contains("RERANK_MODEL"))
    }

    @Test(arguments: [
        "{}", "[]", #"{"query":"q"}"#, #"{"query":"","texts":["a"],"documents":["a"]}"#,
        #"{"query":"q","texts":[],"documents":[]}"#, #"{"query":"q","texts":[1],"documents":[1]}"#,
        #"{"query":"q","texts":["a"],"documents":["a"],"top_n":0,"raw_scores":1}"#,
    ])
    func `a wrong request is 400`(body: String) async throws {
        #expect(try await ask("/rerank", body).status == 400)
        #expect(try await ask("/v1/rerank", body).status == 400)
    }

    @Test func `similarity compares vectors and needs no cross-encoder`() async throws {
        let body = #"{"inputs":{"source_sentence":"abc","sentences":["abc","a",""]}}"#
        #expect(try await services.api().ask(.post, "/similarity", body).status == 400)
        let good = #"{"inputs":{"source_sentence":"abc","sentences":["abc","a"]},"parameters":{"truncate":true}}"#
        let answer = try await services.api().ask(.post, "/similarity", good)
        #expect(answer.status == 200)
        #expect(try answer.json.array?.count == 2)
        for wrong in [
            #"{"inputs":"a"}"#, #"{"inputs":{"source_sentence":"a"}}"#,
            #"{"inputs":{"source_sentence":1,"sentences":["a"]}}"#,
        ] {
            #expect(try await services.api().ask(.post, "/similarity", wrong).status == 400)
        }
    }
}
