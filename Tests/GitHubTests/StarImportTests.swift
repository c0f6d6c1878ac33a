import EmbeddingCore
import HTTPClient
import Testing

@testable import GitHub

/// The import against a double of GitHub's API; what the database does is in the integration tests.
@Suite struct StarImportTests {
    private let github = GitHubDouble()
    private let repos = MemoryRepos()
    private let lists = MemoryStarLists()
    private let waits = Waits()

    private func run(user: String = "octocat", prune: Bool = false, token: String? = "t") async throws
        -> StarImportProgress
    {
        let work = StarImport(
            pages: StarredPages(baseURL: "https://api.example.com/", token: token, transport: github),
            repos: repos,
            lists: lists,
            sleep: { [waits] in waits.add($0) }
        )
        let request = try #require(StarImportRequest(user: user, removesUnstarred: prune))
        return try await work.run(request) { _ in }
    }

    @Test func `all pages are read`() async throws {
        github.star(1...250)
        let progress = try await run()
        #expect(progress.pages == 3)
        #expect(repos.ids == Set(1...250))
        #expect(lists.list("octocat").listed == Set(1...250))
        #expect(
            github.requests.allSatisfy { $0.hasPrefix("https://api.example.com/users/octocat/starred?per_page=100&") }
        )
    }

    @Test func `what has not changed is asked for by its ETag, and a new star changes the last page alone`()
        async throws
    {
        github.star(1...250)
        _ = try await run()
        github.star(251...251)
        let progress = try await run()
        #expect((progress.pages, progress.unchangedPages) == (3, 2))
        #expect(repos.ids == Set(1...251))
    }

    @Test func `a full last page that did not change may have got a next`() async throws {
        github.star(1...100)
        _ = try await run()
        github.star(101...101)
        #expect(try await run().pages == 2)
        #expect(repos.ids == Set(1...101))
    }

    @Test func `without prune nothing is deleted, later with prune everything unstarred`() async throws {
        github.star(1...150)
        _ = try await run()
        github.unstar(7)
        #expect(try await run().removed == 0)
        github.unstar(120)
        #expect(try await run(prune: true).removed == 2)
        #expect(lists.deleted == [7, 120])
        #expect(lists.list("octocat").listed == Set(1...150).subtracting([7, 120]))
    }

    @Test func `what others brought is not deleted`() async throws {
        github.star(1...3)
        _ = try await run(prune: true)
        #expect(lists.deleted.isEmpty)
    }

    @Test func `nothing is deleted when a page could not be read`() async throws {
        github.star(1...150)
        _ = try await run()
        github.unstar(7)
        github.fail(page: 2, status: 500, times: .max)
        await #expect(throws: GitHubError(.unavailable, "")) { try await run(prune: true) }
        #expect(lists.deleted.isEmpty)
    }

    @Test func `a star taken away while pages are read costs no other repo`() async throws {
        github.star(1...200)
        _ = try await run()
        // After the first page is given, 101 moves onto it, and nobody sees it on the second.
        github.afterFirstPage { $0.unstar(5) }
        _ = try await run(prune: true)
        #expect(!lists.deleted.contains(101))
    }

    @Test func `a reading that was cut short goes on where it was`() async throws {
        github.star(1...250)
        github.fail(page: 3, status: 500, times: 5)
        await #expect(throws: GitHubError(.unavailable, "")) { try await run() }
        #expect(lists.list("octocat").position == 2)
        #expect(!lists.isHeld)
        github.forgetRequests()
        #expect(try await run().pages == 1)
        #expect(github.requests.count == 1)
        #expect(repos.ids == Set(1...250))
    }

    @Test func `limits are waited for, faults tried again`() async throws {
        github.star(1...10)
        github.fail(page: 1, status: 429, headers: [("Retry-After", "9")], times: 2)
        _ = try await run()
        #expect(waits.all == [.seconds(9), .seconds(9)])
        github.fail(page: 1, status: 503, times: 3)
        _ = try await run()
        #expect(waits.all.suffix(3) == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test func `endless limits end the import`() async throws {
        github.fail(page: 1, status: 403, headers: [("Retry-After", "1")], times: .max)
        await #expect(throws: GitHubError(.rateLimited, "")) { try await run() }
    }

    @Test func `an answer that is no list of repos is refused`() async throws {
        for body in ["<html>", "{}", #"{"message":"x"}"#, "[", "[1]"] {
            github.answerAlways(body)
            await #expect(throws: GitHubError(.badResponse, "")) { try await run() }
        }
        github.answerAlways("[]")
        #expect(try await run().pages == 1)
    }

    @Test func `redirects are followed on the same host alone, so that the token stays there`() async throws {
        github.star(1...2)
        github.redirect("/users/octocat/starred", to: "https://api.example.com/user/583231/starred?page=1")
        #expect(try await run().pages == 1)
        github.redirect("/users/octocat/starred", to: "https://evil.example.com/user/583231/starred?page=1")
        await #expect(throws: GitHubError(.badResponse, "")) { try await run() }
        #expect(!github.requests.contains { $0.contains("evil") })
    }

    @Test func `a list that another process reads is left alone`() async throws {
        lists.isTakenElsewhere = true
        await #expect(throws: GitHubError(.busy, "")) { try await run() }
        #expect(github.requests.isEmpty)
    }

    @Test func `@me needs a token`() async throws {
        github.star(1...1)
        _ = try await run(user: "@me")
        #expect(github.requests.allSatisfy { $0.contains("/user/starred?") })
        await #expect(throws: GitHubError(.unauthorized, "")) { try await run(user: "@me", token: nil) }
    }

    @Test(arguments: ["", "a/b", "a b", "@you", "..", "a?b", String(repeating: "a", count: 101)])
    func `what is no login is no request`(user: String) {
        #expect(StarImportRequest(user: user, removesUnstarred: false) == nil)
    }
}
