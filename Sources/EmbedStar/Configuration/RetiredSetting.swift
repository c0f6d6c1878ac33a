/// A setting of the Rust service `embed_star` that has no effect any more, and what takes its place.
struct RetiredSetting: Sendable, Hashable {
    let name: String
    /// For people, after the name.
    let advice: String

    static let all: [RetiredSetting] = [
        RetiredSetting(name: "RUST_LOG", advice: "use LOG_LEVEL"),
        RetiredSetting(name: "POOL_MAX_SIZE", advice: "use POOL_SIZE"),
        RetiredSetting(name: "POOL_TIMEOUT_SECS", advice: "remove it"),
        RetiredSetting(name: "POOL_WAIT_TIMEOUT_SECS", advice: "remove it"),
        RetiredSetting(name: "POOL_CREATE_TIMEOUT_SECS", advice: "remove it"),
        RetiredSetting(name: "POOL_RECYCLE_TIMEOUT_SECS", advice: "remove it"),
    ]

    /// One line that names all of `settings`; nil without any.
    static func warning(for settings: [RetiredSetting]) -> String? {
        guard !settings.isEmpty else { return nil }
        let items = settings.map { "\($0.name) (\($0.advice))" }
        return "settings of embed_star that have no effect any more: \(items.joined(separator: ", "))"
    }
}
