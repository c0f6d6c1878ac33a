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
    /// How vectors are asked for.
    package enum EncodingFormat: String, Sendable, CaseIterable { case auto, base64, float, none }

    package static let encodingFormat = Setting.choice(
        "ENCODING_FORMAT",
        EncodingFormat.auto,
        "`encoding_format` of provider calls: `base64`, `float`, `none` to leave it out, `auto` for base64 unless the server rejects it"
    )
}
