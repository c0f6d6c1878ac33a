import DateTime
import EmbeddingCore
import HTTPClient
import Testing

@testable import GitHub

@Suite struct GitHubAnswerTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private func answer(_ status: Int, _ headers: [(name: String, value: String)] = []) -> GitHubAnswer {
        GitHubAnswer(HTTPClientResponse(status: status, headers: headers), now: Self.now)
    }

    @Test(arguments: [
        (#"<https://api.github.com/user/1/starred?page=2>; rel="next", <https://x/y?page=5>; rel="last""#, true),
        (#"<https://x?page=1>; rel="prev", <https://x?page=1>; rel="first""#, false),
        (#"<https://x?page=2>;title="a"; rel=next"#, true), (#"<https://x>; rel="prev next""#, true), ("", false),
        (#"<https://x?rel=next>; rel="last""#, false),
    ])
    func `Link tells whether there is a next page`(field: String, hasNext: Bool) {
        #expect(GitHubAnswer.hasNext(field) == hasNext)
    }

    @Test func `a page has the ETag it is asked for with next time`() {
        #expect(answer(200, [("ETag", "\"a\"")]) == .content(etag: "\"a\"", hasNext: false))
        #expect(answer(304) == .unchanged)
    }

    @Test(arguments: [403, 429])
    func `a limit is waited for as long as GitHub says`(status: Int) {
        #expect(answer(status, [("Retry-After", "7")]) == .limited(.seconds(7)))
        let spent = [(name: "x-ratelimit-remaining", value: "0"), ("x-ratelimit-reset", "1800000030")]
        #expect(answer(status, spent) == .limited(.seconds(31)))
        // Not longer than an hour, and not into the past.
        #expect(answer(status, [spent[0], ("x-ratelimit-reset", "9000000000")]) == .limited(.seconds(3600)))
        #expect(answer(status, [spent[0], ("x-ratelimit-reset", "1")]) == .limited(.seconds(1)))
    }

    @Test(arguments: ["-9223372036854775808", "9223372036854775807", "9223372036854775808", "1e9", ""])
    func `a time that is none is no time`(reset: String) {
        let headers = [
            (name: "x-ratelimit-remaining", value: "0"), ("x-ratelimit-reset", reset),
            ("Date", "Sun, 06 Nov 0000 08:49:37 GMT"),
        ]
        #expect(answer(429, headers) == .limited(.seconds(60)))
    }

    @Test func `the answer's own clock counts, not ours`() {
        let headers = [
            (name: "x-ratelimit-remaining", value: "0"), ("x-ratelimit-reset", "784111787"),
            ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ]
        #expect(answer(403, headers) == .limited(.seconds(11)))
    }

    @Test func `a limit without a time is a minute, a refusal without a limit is final`() {
        #expect(answer(429) == .limited(.seconds(60)))
        #expect(answer(403) == .failed(GitHubError(.unauthorized, "")))
        #expect(answer(403, [("x-ratelimit-remaining", "4000")]) == .failed(GitHubError(.unauthorized, "")))
    }

    @Test func `other statuses`() {
        #expect(answer(401) == .failed(GitHubError(.unauthorized, "")))
        #expect(answer(404) == .failed(GitHubError(.notFound, "")))
        #expect(answer(301, [("Location", "https://x/y")]) == .moved(to: "https://x/y"))
        #expect(answer(301) == .failed(GitHubError(.badResponse, "")))
        #expect(answer(418) == .failed(GitHubError(.badResponse, "")))
        #expect(answer(502) == .fault("GitHub answered 502"))
    }
}
