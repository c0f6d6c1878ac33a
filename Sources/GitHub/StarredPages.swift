import DateTime
package import HTTPClient
package import Settings

/// The pages of somebody's starred repos.
/// https://docs.github.com/en/rest/activity/starring
package struct StarredPages: Sendable {
    /// The most that GitHub puts on a page.
    static let perPage = 100
    private static let longestPage = 16 << 20
    private static let mostRedirects = 3

    private let baseURL: String
    /// Asked at each request: it may change.
    private let token: @Sendable () -> String?
    private let transport: any HTTPTransport

    package init(_ settings: SettingValues, token: String? = nil, transport: any HTTPTransport) {
        self.init(
            baseURL: settings[GitHubSettings.apiURL],
            token: token ?? settings[GitHubSettings.token],
            transport: transport
        )
    }

    init(baseURL: String, token: @autoclosure @escaping @Sendable () -> String?, transport: any HTTPTransport) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.token = token
        self.transport = transport
    }

    /// Asks for a page once.
    /// - Parameters:
    ///   - number: from 1.
    ///   - etag: that of the page as it is known.
    func page(_ number: Int, of user: String, etag: String?) async throws -> (answer: GitHubAnswer, body: [UInt8]) {
        guard user != "@me" || token() != nil else {
            throw GitHubError(.unauthorized, "@me is the owner of a token; give one (--token-file, GITHUB_TOKEN)")
        }
        let path = user == "@me" ? "/user/starred" : "/users/\(user)/starred"
        var url = "\(baseURL)\(path)?per_page=\(Self.perPage)&page=\(number)&sort=created&direction=asc"
        for _ in 0...Self.mostRedirects {
            let response: HTTPClientResponse
            do { response = try await transport.send(request(url, etag)) } catch {
                if error.code == .cancelled { throw CancellationError() }
                return (.fault("no answer from \(baseURL): \(error.message)"), [])
            }
            let answer = GitHubAnswer(response, now: .now)
            // The token is for this host alone.
            guard case .moved(let location) = answer, let target = Redirection.target(location, of: url),
                Redirection.origin(of: target) == Redirection.origin(of: baseURL)
            else { return (answer, response.body) }
            url = target
        }
        throw GitHubError(.badResponse, "GitHub redirects too often; check GITHUB_API_URL")
    }

    private func request(_ url: String, _ etag: String?) -> HTTPClientRequest {
        var request = HTTPClientRequest(
            "GET",
            url,
            headers: [("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")],
            maxResponseBytes: Self.longestPage
        )
        if let token = token() { request.headers.append(("Authorization", "Bearer \(token)")) }
        if let etag { request.headers.append(("If-None-Match", etag)) }
        return request
    }
}
