import DateTime
import HTTPClient

/// What an answer of GitHub's REST API means, by its status and its fields.
/// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
enum GitHubAnswer: Equatable {
    case content(etag: String?, hasNext: Bool)
    /// 304: as it was under the ETag that was sent.
    case unchanged
    /// Ask again after that long.
    case limited(Duration)
    /// Ask again there.
    case moved(to: String)
    /// Asking again may help.
    case fault(String)
    case failed(GitHubError)

    /// For a limit that does not say when it ends, as GitHub asks.
    private static let unnamedWait = Duration.seconds(60)

    /// - Parameter now: for a limit that names the time at which it ends, where the answer has no `Date`.
    init(_ response: HTTPClientResponse, now: Timestamp) {
        switch response.status {
        case 200:
            let hasNext = response.header("link").map(Self.hasNext) ?? false
            self = .content(etag: response.header("etag"), hasNext: hasNext)
        case 304: self = .unchanged
        case 301, 302, 307, 308: self = response.header("location").map { .moved(to: $0) } ?? Self.strange(response)
        case 401: self = .failed(GitHubError(.unauthorized, "GitHub rejects the token; create a new one"))
        case 403, 429: self = Self.refusal(response, now)
        case 404: self = .failed(GitHubError(.notFound, "GitHub has no such user"))
        case 500...599: self = .fault("GitHub answered \(response.status)\(response.way)")
        default: self = Self.strange(response)
        }
    }

    private static func strange(_ response: HTTPClientResponse) -> Self {
        .failed(
            GitHubError(.badResponse, "GitHub answered \(response.status), which is unexpected; check GITHUB_API_URL")
        )
    }

    private static func refusal(_ response: HTTPClientResponse, _ now: Timestamp) -> Self {
        if let wait = RetryAfter.duration(in: response, now: { now.secondsSince1970 }) { return .limited(wait) }
        if response.header("x-ratelimit-remaining") == "0", let text = response.header("x-ratelimit-reset"),
            let reset = Int64(text), Timestamp.sayable.contains(reset)
        {
            let date = response.header("date").flatMap { Timestamp(httpDate: $0) } ?? now
            // A second more, as both times are cut.
            return .limited(.seconds(min(3600, max(0, reset - date.seconds) + 1)))
        }
        if response.status == 429 { return .limited(unnamedWait) }
        return .failed(GitHubError(.unauthorized, "GitHub does not allow it; the token may lack the rights"))
    }

    /// Whether the `Link` field (RFC 8288) names a page after this one.
    static func hasNext(_ field: String) -> Bool {
        field.split(separator: ",").contains { link in
            link.split(separator: ";").dropFirst().contains { parameter in
                let parts = parameter.split(separator: "=", maxSplits: 1)
                let name = parts.first.map { $0.filter { $0 != " " }.lowercased() }
                let value = parts.last.map { $0.filter { $0 != "\"" } } ?? ""
                return name == "rel" && value.split(separator: " ").contains("next")
            }
        }
    }
}
