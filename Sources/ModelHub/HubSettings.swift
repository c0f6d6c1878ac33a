package import Settings

/// Where models come from and where they are kept.
package enum HubSettings {
    package static let cache = Setting.optional(
        "MODEL_CACHE",
        "where fetched models are kept",
        shown: "`embed-star/models` in `$XDG_CACHE_HOME`"
    ).resolved { cacheDirectory($0) }
    package static let endpoint = Setting.url(
        "HF_ENDPOINT",
        "https://huggingface.co",
        "the hub that models are fetched from, or a mirror",
        schemes: ["https", "http"]
    )
    package static let token = Setting.optional(
        "HF_TOKEN",
        "the hub's token for gated and private models; sent to `HF_ENDPOINT` alone",
        isSecret: true
    )
    package static let offline = Setting.boolean("OFFLINE", false, "never fetch a model; only local ones are used")

    /// All of them, in the order people read them.
    package static let all: [any AnySetting] = [cache, endpoint, token, offline]

    /// The folder of the cache (XDG Base Directory Specification, `$XDG_CACHE_HOME`).
    package static func cacheDirectory(_ settings: SettingValues) -> String {
        if let path = settings[cache] { return path }
        let environment = settings.environment
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return base + "/embed-star/models" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.cache/embed-star/models" }
        return "/var/cache/embed-star/models"
    }
}
