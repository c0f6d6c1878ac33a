import Settings

/// What answers a search.
enum SearchSettings {
    /// What holds the vectors that search compares.
    enum Backend: String, Sendable, CaseIterable { case surrealdb, memory }

    static let backend = Setting.choice(
        "SEARCH_BACKEND",
        Backend.surrealdb,
        "`surrealdb` (an index in the database) or `memory` (exact, in the process)"
    )

    /// In the order people read them.
    static let all: [any AnySetting] = [backend]
}
