import EmbeddingCore
import FoundationEssentials
import Testing

@testable import EmbedStar

@Suite struct RepoDocumentTests {
    private func update(_ json: String) throws -> RepoUpdate {
        try JSONDecoder().decode(RepoDocument.self, from: Data(json.utf8)).update
    }

    @Test func readsOurOwnFields() throws {
        let update = try update(
            #"{"full_name":"a/b","owner":{"login":"a"},"description":null,"stars":5,"url":"u","is_private":true}"#
        )
        #expect(update.owner == "a")
        #expect(update.description == .some(nil))
        #expect(update.language == nil)
        #expect(update.stars == 5)
        #expect(update.isPrivate == true)
    }

    @Test func readsGitHubsStarredRecords() throws {
        let update = try update(
            """
            {"starred_at":"2026-01-01T00:00:00Z","repo":{"id":7,"full_name":"a/b","private":false,"html_url":"https://h",
            "url":"https://api","stargazers_count":9,"topics":["x"],"language":"Swift"}}
            """
        )
        #expect(update.githubID == 7)
        #expect(update.url == "https://h")
        #expect(update.stars == 9)
        #expect(update.topics == ["x"])
        #expect(update.language == .some("Swift"))
        #expect(update.isPrivate == false)
    }

    @Test(
        arguments: [
            ("{}", "full_name is missing"), ("{\"full_name\":1}", "full_name has the wrong type"),
            ("{\"full_name\":\"x\"}", "full_name must be owner/name, not \"x\""), ("{", "is not valid JSON"),
            ("{\"full_name\":\"a/b\",\"stars\":\"many\"}", "stars has the wrong type"),
        ]
    )
    func explainsBadRecords(json: String, reason: String) throws {
        let error = #expect(throws: DecodingError.self) { try update(json) }
        #expect(error?.explanation == reason)
    }
}
