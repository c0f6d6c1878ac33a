package import Settings

/// Who may use the API and how much.
package enum APISettings {
    package static let apiKeys = Setting.list(
        "API_KEYS",
        "keys, comma-separated, required for everything except probes, metrics, the page and signed webhooks",
        isSecret: true
    )
    package static let readKeys = Setting.list(
        "READ_KEYS",
        "keys that may read: search, similar, map, embeddings, status",
        isSecret: true
    )
    package static let writeKeys = Setting.list(
        "WRITE_KEYS",
        "keys that may write: import, change, delete and reprocess repos",
        isSecret: true
    )
    package static let privateSearchKeys = Setting.list(
        "PRIVATE_SEARCH_KEYS",
        "keys that see private repos; a key in no other list has the scope `read`",
        isSecret: true
    )
    package static let modelAliases = Setting.list(
        "MODEL_ALIASES",
        "other names of the model, `alias` or `alias=model`, comma-separated; `*` takes every name",
        accepted: "names such as ada-002 or ada-002=all-MiniLM-L6-v2, or *",
        item: { ModelNames.isAlias($0) }
    )
    package static let allowedOrigins = Setting.list(
        "CORS_ALLOW_ORIGIN",
        "origins whose pages may use the API, such as `https://app.example.com`, comma-separated; `*` for every one",
        accepted: "origins such as https://app.example.com, or *",
        item: { $0 == "*" || URLSyntax.isOrigin($0) }
    )
    package static let allowedHosts = Setting.list(
        "ALLOWED_HOSTS",
        "host names that the service answers to, besides the loopback ones; unset: every name, except on a loopback "
            + "address or a Unix socket without keys, where only loopback names are accepted",
        accepted: "names such as embed.example.com or *.example.com, or *",
        item: { $0 == "*" || URLSyntax.isHostPattern($0) }
    )
    package static let trustedProxies = Setting.list(
        "TRUSTED_PROXIES",
        "proxies in front of the service, addresses or networks, comma-separated, `unix` for those at its Unix socket: "
            + "their `X-Forwarded-For` is taken as the client address, for the log and rate limits",
        accepted: "addresses such as 10.0.0.1, networks such as 10.0.0.0/8, or unix",
        item: { TrustedProxies.isValid($0) }
    )
    package static let rateLimit = Setting.optionalInteger(
        "API_RATE_LIMIT_PER_MINUTE",
        in: 1...1_000_000,
        "requests a key may make"
    )
    package static let webhookSecrets = Setting.list(
        "GITHUB_WEBHOOK_SECRET",
        "secret of GitHub's webhooks; several, comma-separated, are all accepted, for rotation; unset: the webhook answers 403",
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

    /// In the order people read them.
    package static let ofRequests: [any AnySetting] = [modelAliases, maxClientBatch, maxBodyBytes, requestTimeout]
    package static let ofAccess: [any AnySetting] = [
        apiKeys, readKeys, writeKeys, privateSearchKeys, rateLimit, allowedOrigins, allowedHosts, trustedProxies,
    ]
    package static let ofWebhooks: [any AnySetting] = [webhookSecrets]

    fileprivate static let keyLists = [apiKeys, readKeys, writeKeys, privateSearchKeys]

    /// The settings that hold a secret so short that it can be guessed.
    package static func guessable(_ settings: SettingValues) -> [String] {
        let lists = keyLists.map { ($0.name, settings[$0]) }
        let secrets = lists + [(webhookSecrets.name, settings[webhookSecrets])]
        return secrets.filter { $0.1.contains { $0.utf8.count < 16 } }.map(\.0)
    }
}

extension APIKeys {
    package init(_ settings: SettingValues) {
        self.init(
            all: settings[APISettings.apiKeys],
            read: settings[APISettings.readKeys],
            write: settings[APISettings.writeKeys],
            privateSearch: settings[APISettings.privateSearchKeys]
        )
    }
}

extension APIConfiguration {
    /// - Parameter serving: the routes of one port.
    package init(_ settings: SettingValues, serving: Serving) {
        self.init()
        self.serving = serving
        keys = APIKeys(settings)
        allowedOrigins = settings[APISettings.allowedOrigins]
        allowedHosts = settings[APISettings.allowedHosts]
        trustedProxies = TrustedProxies(settings[APISettings.trustedProxies])
        modelAliases = settings[APISettings.modelAliases]
        requestsPerMinute = settings[APISettings.rateLimit]
        webhookSecrets = { settings[APISettings.webhookSecrets] }
        maximumBodyBytes = settings[APISettings.maxBodyBytes]
        maximumClientBatch = settings[APISettings.maxClientBatch]
        requestTimeout = .milliseconds(settings[APISettings.requestTimeout])
    }
}
