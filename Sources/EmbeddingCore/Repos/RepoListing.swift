/// Which repos are listed.
package struct RepoListing: Sendable, Hashable {
    package var filter: SearchFilter
    /// Whether they have a vector, of whatever model; nil when that does not matter.
    package var isEmbedded: Bool?

    package init(filter: SearchFilter = SearchFilter(includesPrivate: true), isEmbedded: Bool? = nil) {
        self.filter = filter
        self.isEmbedded = isEmbedded
    }
}

/// Part of a listing.
package struct RepoPage: Sendable, Hashable {
    package var repos: [StoredRepo]
    /// Where the next page begins; nil after the last. A page may hold fewer repos than asked for, or none, and not be
    /// the last: where few of many pass, what was found in good time is given.
    package var next: String?

    package init(repos: [StoredRepo], next: String? = nil) {
        self.repos = repos
        self.next = next
    }
}
