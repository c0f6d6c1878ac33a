package import Settings

/// Where the database is and who asks.
package enum DatabaseSettings {
    package static let url = Setting.url(
        "DB_URL",
        "ws://localhost:8000",
        "SurrealDB; `ws` and `wss` use the HTTP RPC of the same server",
        schemes: ["ws", "wss", "http", "https"]
    )
    package static let user = Setting.text("DB_USER", "root", "user of the database")
    package static let password = Setting.text("DB_PASS", "root", "password of the database", isSecret: true)
    package static let authLevel = Setting.choice(
        "DB_AUTH_LEVEL",
        SurrealConfiguration.AuthLevel.root,
        "where the user is defined"
    )
    package static let namespace = Setting.text("DB_NAMESPACE", "gitstars", "namespace")
    package static let database = Setting.text("DB_DATABASE", "stars", "database")
    package static let poolSize = Setting.integer(
        "POOL_SIZE",
        10,
        in: 1...1000,
        "connections to the database at most"
    )

    /// In the order people read them.
    package static let all: [any AnySetting] = [url, user, password, authLevel, namespace, database, poolSize]
}

extension SurrealConfiguration {
    package init(_ settings: SettingValues) {
        self.init(
            url: settings[DatabaseSettings.url],
            user: settings[DatabaseSettings.user],
            password: settings[DatabaseSettings.password],
            authLevel: settings[DatabaseSettings.authLevel],
            namespace: settings[DatabaseSettings.namespace],
            database: settings[DatabaseSettings.database],
            poolSize: settings[DatabaseSettings.poolSize]
        )
    }
}
