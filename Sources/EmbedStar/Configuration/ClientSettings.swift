import Settings

/// Which running service `search`, `status` and the like ask, and with which key.
enum ClientSettings {
    static let url = Setting(
        "EMBED_STAR_URL",
        default: String?.none,
        shown: "from `HOST` and `PORT`",
        "service that `search`, `status`, `pause` and the like call",
        accepted: "a URL without query, such as http://embed-star.internal:9090, or unix:/path"
    ) { isAddress($0) ? .some($0) : nil }
    .resolved { ServiceClient.address($0) }
    static let key = Setting.optional(
        "EMBED_STAR_KEY",
        "API key that they send; unset: one of the keys in the service's own settings",
        isSecret: true
    )

    /// In the order people read them.
    static let all: [any AnySetting] = [url, key]

    static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("unix:/") || URLSyntax.isBase(text, schemes: ["http", "https"])
    }
}
