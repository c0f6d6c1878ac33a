import EmbeddingCore
import HTTP
import JSON
import Synchronization
import Testing

@testable import Routing

@Suite struct TokenRoutesTests {
    private let services = StubServices()

    private func ask(_ path: String, _ body: String) async throws -> Answer {
        try await services.api().ask(.post, path, body)
    }

    @Test func `tokens have ids, texts and places, special ones no place`() async throws {
        let answer = try await ask("/tokenize", #"{"inputs":"é"}"#)
        #expect(
            answer.text
                == #"[[{"id":0,"text":"[END]","special":true,"start":null,"stop":null},"#
                + #"{"id":233,"text":"é","special":false,"start":0,"stop":1},"#
                + #"{"id":0,"text":"[END]","special":true,"start":null,"stop":null}]]"#
        )
        let plain = try await ask("/tokenize", #"{"inputs":["ab","c"],"add_special_tokens":false,"prompt_name":"p"}"#)
        #expect(try plain.json.array?.map { $0.array?.count } == [4, 3])
    }

    @Test(
        arguments: [
            ("[97,98,0]", "", #"["ab"]"#), ("[[97],[98]]", "", #"["a","b"]"#),
            ("[97]", #","skip_special_tokens":false"#, #"["a[END]"]"#),
        ]
    )
    func `ids are put together to texts`(ids: String, options: String, expected: String) async throws {
        #expect(try await ask("/decode", #"{"ids":\#(ids)\#(options)}"#).text == expected)
    }

    @Test func `every token has its vector`() async throws {
        let answer = try await ask("/embed_all", #"{"inputs":["ab","c"],"truncation_direction":"Left"}"#)
        #expect(answer.text == "[[[0.0,0.25],[1,0.25]],[[0.0,0.25]]]")
        #expect(services.embeddings.requests.first?.truncatedEnd == .left)
    }

    @Test func `a large answer of token vectors is whole`() async throws {
        let text = String(repeating: "x", count: 200_000)
        let response = try await ask("/embed_all", #"{"inputs":["\#(text)","b"]}"#)
        #expect(try response.json.array?.map { $0.array?.count } == [200_000, 1])
    }

    @Test(arguments: [
        ("/tokenize", "{}"), ("/tokenize", #"{"inputs":[]}"#), ("/tokenize", #"{"inputs":[[1]]}"#),
        ("/tokenize", #"{"inputs":"a","add_special_tokens":1}"#), ("/tokenize", #"{"inputs":"a","prompt_name":1}"#),
        ("/decode", "{}"), ("/decode", #"{"ids":["a"]}"#), ("/decode", #"{"ids":[-1]}"#),
        ("/decode", #"{"ids":[1],"skip_special_tokens":"no"}"#), ("/embed_all", "{}"),
        ("/embed_all", #"{"inputs":"a","truncation_direction":"up"}"#), ("/embed", #"{"inputs":"a","normalize":1}"#),
    ])
    func `a wrong request is 400`(path: String, body: String) async throws {
        #expect(try await ask(path, body).status == 400)
    }

    @Test func `ids of nothing are TEI's 422, another model 404, too many inputs 413`() async throws {
        #expect(try await ask("/decode", #"{"ids":[128]}"#).status == 422)
        #expect(try await ask("/tokenize", #"{"inputs":"a","model":"other"}"#).status == 404)
        let api = services.api { $0.maximumClientBatch = 1 }
        #expect(try await api.ask(.post, "/tokenize", #"{"inputs":["a","b"]}"#).status == 413)
        #expect(try await api.ask(.post, "/decode", #"{"ids":[[1],[2]]}"#).status == 413)
    }

    @Test(arguments: [
        ("/tokenize", #"{"inputs":"a"}"#), ("/decode", #"{"ids":[1]}"#), ("/embed_all", #"{"inputs":"a"}"#),
    ])
    func `a provider that keeps its tokens to itself is 501`(path: String, body: String) async throws {
        services.embeddings.state.withLock { $0.showsTokens = false }
        let answer = try await ask(path, body)
        #expect(answer.status == 501)
        #expect(answer.text.contains("built-in model"))
    }

    @Test(
        arguments: [
            (#""prompt_name":"query""#, .query, nil), (#""prompt_name":"passage""#, .document, nil),
            (#""prompt_name":"clustering""#, .document, "clustering"),
            (#""prompt_name":"clustering","input_type":"query""#, .query, nil),
        ] as [(String, EmbeddingInputType, String?)]
    )
    func `prompts reach the engine`(options: String, type: EmbeddingInputType, name: String?) async throws {
        _ = try await ask("/embed", #"{"inputs":"a","normalize":false,"truncation_direction":"right",\#(options)}"#)
        let request = try #require(services.embeddings.requests.first)
        #expect(request.type == type && request.promptName == name)
        #expect(!request.isNormalized && request.truncatedEnd == .right)
    }

    @Test func `similarity is of vectors of unit length whatever is asked for`() async throws {
        let body = #"{"inputs":{"source_sentence":"a","sentences":["b"]},"parameters":{"normalize":false}}"#
        #expect(try await ask("/similarity", body).status == 200)
        #expect(services.embeddings.requests.first?.isNormalized == true)
    }
}
