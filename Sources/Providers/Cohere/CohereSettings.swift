import Settings

/// Where Cohere is and who asks.
enum CohereSettings {
    static let key = Setting.optional("COHERE_API_KEY", "key of Cohere", isSecret: true)
    static let baseURL = Setting.url(
        "COHERE_BASE_URL",
        "https://api.cohere.com/v2",
        "Cohere",
        schemes: ["http", "https"]
    )
}
