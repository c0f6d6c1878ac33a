/// What is known of the repos that somebody has starred.
package struct StarList: Sendable, Hashable {
    /// One page of GitHub's, as it was last read.
    package struct Page: Sendable, Hashable {
        /// What GitHub named this state of the page (RFC 9110 §8.8.3).
        package var etag: String?
        /// GitHub's numbers of its repos.
        package var ids: [Int]
        package var hasNext: Bool

        package init(etag: String?, ids: [Int], hasNext: Bool) {
            self.etag = etag
            self.ids = ids
            self.hasNext = hasNext
        }
    }

    /// The oldest stars first, so that a new one changes no page but the last.
    package var pages: [Page]
    /// How many of the pages the reading that is under way has read; 0 when none is.
    package var position: Int
    /// The repos that this list has brought and not taken away again.
    package var listed: Set<Int>
    /// When all pages were last read, in seconds since 1970; nil before.
    package var finishedAt: Int?

    package init(pages: [Page] = [], position: Int = 0, listed: Set<Int> = [], finishedAt: Int? = nil) {
        self.pages = pages
        self.position = position
        self.listed = listed
        self.finishedAt = finishedAt
    }
}

/// The lists of starred repos, one for each user, in the database. All throw `StoreError`, and do not say so in their types:
/// Swift 6.3.1 crashes when it optimises those who call them with typed errors.
package protocol StarListStore: Sendable {
    /// What is known of a user's list, whoever reads it.
    func list(of user: String) async throws -> StarList

    /// Takes a user's list, so that one process at a time reads it; a minute after it was last kept it is free again.
    /// - Returns: whether it is ours.
    func acquire(_ user: String) async throws -> Bool

    /// Writes the list, and keeps it.
    func keep(_ list: StarList, of user: String) async throws

    func release(_ user: String) async throws

    /// Deletes the rows of repos, by GitHub's numbers, but for those that another user's list holds.
    /// - Returns: how many there were.
    func delete(_ ids: Set<Int>, listedOnlyBy user: String) async throws -> Int
}
