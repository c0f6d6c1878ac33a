package import Settings

/// Where OpenAI, or a server that speaks its language, is and who asks.
package enum OpenAISettings {
    package static let key = Setting.optional("OPENAI_API_KEY", "key of OpenAI", isSecret: true)
    package static let baseURL = Setting.url(
        "OPENAI_BASE_URL",
        "https://api.openai.com/v1",
        "any OpenAI-compatible server",
        schemes: ["http", "https"]
    )
    package static let all: [any AnySetting] = [key, baseURL]
}
