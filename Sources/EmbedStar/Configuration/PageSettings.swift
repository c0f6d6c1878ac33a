import Settings

/// What the page may show.
enum PageSettings {
    /// Where GitHub has the picture of each account, by its name.
    static let avatars = "https://avatars.githubusercontent.com"

    static let showsAvatars = Setting.boolean(
        "PAGE_AVATARS",
        false,
        "show owners' avatars on the page, which visitors' browsers load from GitHub, instead of initials"
    )

    /// In the order people read them.
    static let all: [any AnySetting] = [showsAvatars]
}
