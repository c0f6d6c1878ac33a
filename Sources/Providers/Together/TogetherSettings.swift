package import Settings

/// Where Together AI is and who asks.
package enum TogetherSettings {
    package static let key = Setting.optional("TOGETHER_API_KEY", "key of Together AI", isSecret: true)
    package static let baseURL = Setting.url(
        "TOGETHER_BASE_URL",
        "https://api.together.xyz/v1",
        "Together AI",
        schemes: ["http", "https"]
    )
}
