/// Imports starred repos beside the service's other work, one user at a time.
package protocol StarImportControl: Sendable {
    /// The import that is under way, or the last one; nil before the first.
    var current: StarImportStatus? { get }

    /// - Returns: the state it begins with; nil while another is under way.
    func begin(_ request: StarImportRequest) -> StarImportStatus?
}

/// Whose stars are imported, and how.
package struct StarImportRequest: Sendable, Hashable {
    /// A login, or `@me` for whoever the token belongs to.
    package let user: String
    /// Whether repos that are no longer starred are deleted.
    package var removesUnstarred: Bool

    /// Nil for what cannot be a login: letters, digits, `-` and `_`, at most 100.
    package init?(user: String, removesUnstarred: Bool) {
        let isLogin = user.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
            default: false
            }
        }
        guard user == "@me" || isLogin && (1...100).contains(user.utf8.count) else { return nil }
        self.user = user.lowercased()
        self.removesUnstarred = removesUnstarred
    }
}

/// How an import of starred repos goes.
package struct StarImportProgress: Sendable, Hashable {
    package var pages = 0
    /// Pages that GitHub said had not changed.
    package var unchangedPages = 0
    /// Repos of the pages that had.
    package var counts = UpsertCounts()
    /// What was no repo.
    package var rejected = 0
    package var removed = 0
    /// RFC 3339: until when GitHub wants no requests; nil while it takes them.
    package var waitingUntil: String?

    package init() {}
}

package struct StarImportStatus: Sendable, Hashable {
    package enum State: String, Sendable { case running, waiting, done, failed }

    package var request: StarImportRequest
    package var state: State
    package var progress: StarImportProgress
    /// Why it failed.
    package var error: String?

    package init(
        _ request: StarImportRequest,
        state: State = .running,
        progress: StarImportProgress = StarImportProgress(),
        error: String? = nil
    ) {
        self.request = request
        self.state = state
        self.progress = progress
        self.error = error
    }
}
