import Settings

/// Where Google's Gemini API is and who asks.
enum GeminiSettings {
    static let key = Setting.optional("GEMINI_API_KEY", "key of Google's Gemini API", isSecret: true)
    static let baseURL = Setting.url(
        "GEMINI_BASE_URL",
        "https://generativelanguage.googleapis.com/v1beta",
        "Google's Gemini API",
        schemes: ["http", "https"]
    )
}
