import Settings

/// Where Voyage AI is and who asks.
enum VoyageSettings {
    static let key = Setting.optional("VOYAGE_API_KEY", "key of Voyage AI", isSecret: true)
    static let baseURL = Setting.url(
        "VOYAGE_BASE_URL",
        "https://api.voyageai.com/v1",
        "Voyage AI",
        schemes: ["http", "https"]
    )
}
