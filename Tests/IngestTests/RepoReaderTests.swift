import EmbeddingCore
import JSON
import Testing

@testable import Ingest

@Suite struct RepoReaderTests {
    private func read(_ text: String) -> RepoReader {
        var reader = RepoReader()
        reader.feed(Array(text.utf8))
        reader.finish()
        return reader
    }

    private static let expected: RepoUpdate = {
        var update = RepoUpdate(fullName: "a/b")
        update.owner = "a"
        update.description = "text"
        update.language = "Swift"
        update.stars = 9
        update.url = "https://github.com/a/b"
        update.topics = ["x", "y"]
        update.isPrivate = false
        update.isFork = false
        update.updatedAt = "2026-01-01T00:00:00Z"
        update.githubID = 7
        return update
    }()

    private static let own = """
        {"full_name":"a/b","owner":{"login":"a"},"description":"text","language":"Swift","stars":9,
        "url":"https://github.com/a/b","topics":["x","y"],"is_private":false,"is_fork":false,"updated_at":"2026-01-01T00:00:00Z",
        "github_id":7}
        """
    private static let rest = """
        {"id":7,"node_id":"x","full_name":"a/b","private":false,"owner":{"login":"a","id":1},"fork":false,
        "html_url":"https://github.com/a/b","url":"https://api.github.com/repos/a/b","description":"text",
        "stargazers_count":9,"topics":["x","y"],"language":"Swift","updated_at":"2026-01-01T00:00:00Z"}
        """
    private static let graph = """
        {"nameWithOwner":"a/b","databaseId":7,"id":"R_x","owner":{"login":"a"},"description":"text",
        "primaryLanguage":{"name":"Swift"},"stargazerCount":9,"url":"https://github.com/a/b","isPrivate":false,"isFork":false,
        "repositoryTopics":{"nodes":[{"topic":{"name":"x"}},{"topic":{"name":"y"}}]},
        "updatedAt":"2026-01-01T00:00:00Z"}
        """
    private static let list = graph.replacing(
        #"{"nodes":[{"topic":{"name":"x"}},{"topic":{"name":"y"}}]}"#,
        with: #"[{"name":"x"},{"name":"y"}]"#
    )

    @Test(arguments: [
        own, rest, graph, list, "[\(rest)]", #"{"starred_at":"2026-01-01T00:00:00Z","repo":\#(rest)}"#,
        #"{"total_count":1,"incomplete_results":false,"items":[\#(rest)]}"#,
        #"{"data":{"viewer":{"starredRepositories":{"edges":[{"starredAt":"x","node":\#(graph)}]}}}}"#,
        #"{"data":{"search":{"nodes":[null,\#(graph)]}}}"#, #"{"data":{"repository":\#(graph)}}"#,
    ])
    func `every form of a repo is the same repo`(text: String) {
        let reader = read(text)
        #expect(reader.updates == [Self.expected])
        #expect(reader.rejections.isEmpty)
    }

    /// Looking for repos in each twice would double the time with each level.
    @Test(arguments: ["data", "x", "repo", "node", "items"])
    func `what is nested is looked at once`(member: String) {
        let nestings = [
            (#"{"\#(member)":"#, "}"), (#"{"\#(member)":["#, "]}"), (#"{"data":{"\#(member)":"#, "}}"),
        ]
        for (opening, closing) in nestings {
            let depth = 60 / opening.count { $0 == "{" || $0 == "[" }
            let text = String(repeating: opening, count: depth) + "{}" + String(repeating: closing, count: depth)
            #expect(read(text).rejections.count == 1)
        }
    }

    @Test(
        arguments: [
            (#""private":true"#, true), (#""visibility":"private""#, true), (#""visibility":"PRIVATE""#, true),
            (#""visibility":"internal""#, true), (#""visibility":"PUBLIC""#, false), (#""visibility":"odd""#, nil),
            (#""visibility":"public","isPrivate":true"#, true), (#""visibility":7"#, nil),
        ] as [(String, Bool?)]
    )
    func `who may see a repo is told in two ways`(member: String, isPrivate: Bool?) {
        #expect(read(#"{"full_name":"a/b",\#(member)}"#).updates.first?.isPrivate == isPrivate)
    }

    @Test func `values in a row are all read`() {
        #expect(read("\(Self.own)\n\(Self.rest)[\(Self.graph)]\n{\"items\":[\(Self.rest)]}").updates.count == 4)
    }

    @Test(arguments: [
        "description", "language", "stars", "url", "topics", "is_private", "updated_at", "github_id", "owner",
        "stargazers_count", "html_url", "private",
    ])
    func `a member of another type or beyond its bound is absent`(member: String) {
        let values = [
            "7.5", "{}", "[[1]]", "[1]", "1e30", "-1", "\"\(String(repeating: "x", count: 140_000))\"",
            "99999999999999999999",
        ]
        for value in values {
            let update = read(#"{"full_name":"a/b","\#(member)":\#(value)}"#).updates.first
            var allowed = [RepoUpdate(fullName: "a/b")]
            // No element of the list is a text, and there is such a list.
            if member == "topics", value.hasPrefix("[") { allowed[0].topics = [] }
            #expect(update.map(allowed.contains) == true, "\(value)")
        }
    }

    @Test func `null clears a text and keeps all else`() {
        var expected = RepoUpdate(fullName: "a/b")
        expected.description = .some(nil)
        expected.language = .some(nil)
        let members = ["description", "language", "stars", "url", "topics", "is_private", "updated_at", "owner"]
        let text = members.map { "\"\($0)\":null" }.joined(separator: ",")
        #expect(read("{\"full_name\":\"a/b\",\(text)}").updates == [expected])
    }

    @Test func `a surrogate without its partner becomes a replacement character`() {
        #expect(read(#"{"full_name":"a/b","description":"\ud83d!"}"#).updates.first?.description == "\u{FFFD}!")
    }

    @Test(arguments: [
        ("{}", "full_name is missing"), (#"{"full_name":1}"#, "full_name must be owner/name, as on GitHub"),
        (#"{"full_name":"x"}"#, "full_name must be owner/name, as on GitHub"),
        (#"{"message":"API rate limit exceeded"}"#, "full_name is missing"), ("3", "it is not an object"),
        (#"{"items":[3]}"#, "it is not an object"), (#"{"full_name":"a/b",}"#, "it is not valid JSON"),
    ])
    func `what is no repo is told of with the reason`(text: String, reason: String) {
        let reader = read(text)
        #expect(reader.updates.isEmpty)
        #expect(reader.rejections.first?.fault.reason.hasPrefix(reason) == true)
    }
}
