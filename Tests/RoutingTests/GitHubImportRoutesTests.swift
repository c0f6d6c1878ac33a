import EmbeddingCore
import HTTP
import Testing

@testable import Routing

@Suite struct GitHubImportRoutesTests {
    private let services = StubServices()

    private func begin(_ body: String) async throws -> Answer {
        try await services.api().ask(.post, "/import/github", body, headers: ["Content-Type": "application/json"])
    }

    @Test func `an import begins, and a second waits for its end`() async throws {
        #expect(try await services.api().ask(.get, "/import/github").text == #"{"state":"idle"}"#)
        let answer = try await begin(#"{"user":"Octocat","prune":true}"#)
        #expect(answer.status == 202)
        #expect(answer.text.hasPrefix(#"{"state":"running","user":"octocat","prune":true,"pages":0,"#))
        #expect(try await begin(#"{"user":"other"}"#).status == 409)
        #expect(try await services.api().ask(.get, "/import/github").text == answer.text)
    }

    @Test(arguments: [
        "{}", #"{"user":""}"#, #"{"user":"a/b"}"#, #"{"user":7}"#, #"{"user":"a","prune":1}"#, #"{"user":"a","x":1}"#,
        "[]",
    ])
    func `what is no user is 400`(body: String) async throws {
        #expect(try await begin(body).status == 400)
        #expect(services.starImports.current == nil)
    }
}
