package import Settings

/// Who may use the API and how much.
package enum APISettings {
    package static let apiKeys = Setting.list(
        "API_KEYS",
        "bearer keys, comma-separated, for everything but probes, metrics and signed webhooks; a file of them "
            + "(`API_KEYS_FILE`) is read again when it changes",
        isSecret: true
    )
    package static let privateSearchKeys = Setting.list(
        "PRIVATE_SEARCH_KEYS",
        "the keys that see private repos",
        isSecret: true
    )
    package static let rateLimit = Setting.optionalInteger(
        "API_RATE_LIMIT_PER_MINUTE",
        in: 1...1_000_000,
        "requests a key may make"
    )
    package static let webhookSecret = Setting.optional(
        "GITHUB_WEBHOOK_SECRET",
        "unset: the webhook answers 403",
        isSecret: true
    )
    package static let maxBodyBytes = Setting.bytes(
        "MAX_BODY_BYTES",
        2 << 20,
        in: 1024...(1 << 30),
        "largest request body"
    )
    package static let requestTimeout = Setting.integer(
        "REQUEST_TIMEOUT_MS",
        30_000,
        in: 10...3_600_000,
        "how long an answer may take"
    )
    package static let maxClientBatch = Setting.integer(
        "MAX_CLIENT_BATCH",
        2048,
        in: 1...100_000,
        "inputs in one embedding request"
    )
}

extension APIConfiguration {
    /// - Parameter serving: the routes of one port.
    package init(_ settings: SettingValues, serving: Serving) {
        self.init()
        self.serving = serving
        apiKeys = settings[APISettings.apiKeys]
        privateSearchKeys = settings[APISettings.privateSearchKeys]
        requestsPerMinute = settings[APISettings.rateLimit]
        webhookSecret = settings[APISettings.webhookSecret]
        maximumBodyBytes = settings[APISettings.maxBodyBytes]
        maximumClientBatch = settings[APISettings.maxClientBatch]
        requestTimeout = .milliseconds(settings[APISettings.requestTimeout])
    }
}
