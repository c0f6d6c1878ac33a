import EmbeddingCore
package import Settings

/// Where GitHub's API is, and whose stars are kept up to date.
package enum GitHubSettings {
    package static let apiURL = Setting.url(
        "GITHUB_API_URL",
        "https://api.github.com",
        "GitHub's API; of an Enterprise Server `https://HOST/api/v3`",
        schemes: ["https", "http"]
    )
    package static let token = Setting.optional(
        "GITHUB_TOKEN",
        "token for GitHub's API; it needs no permissions, and raises the limit from 60 to 5000 requests an hour",
        isSecret: true
    )
    package static let starsUser = Setting(
        "GITHUB_STARS_USER",
        default: String?.none,
        shown: "",
        "user whose starred repos `serve` imports regularly; `@me` for the token's owner",
        accepted: "a login, or @me"
    ) { StarImportRequest(user: $0, removesUnstarred: false).map { .some($0.user) } }
    package static let starsInterval = Setting.integer(
        "GITHUB_STARS_INTERVAL_SECONDS",
        3600,
        in: 60...2_592_000,
        "how often they are imported"
    )
    package static let starsPrune = Setting.boolean(
        "GITHUB_STARS_PRUNE",
        false,
        "delete repos that it imported and that are no longer starred"
    )

    /// In the order people read them.
    package static let all: [any AnySetting] = [apiURL, token, starsUser, starsInterval, starsPrune]
}
