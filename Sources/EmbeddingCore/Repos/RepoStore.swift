/// The repos of the database, for the routes and the command line.
package protocol RepoStore: Sendable {
    /// The same repos for whom private ones are not there: they are neither shown nor changed. An upsert of one is counted
    /// as if it had been created.
    var publicOnly: any RepoStore { get }

    /// Answers when the database can be reached and the schema is in place.
    func ping() async throws(StoreError)

    /// Creates or changes repos; unchanged rows are not written. A repo is who it is by its `githubID` where that is
    /// known: its row moves to another name, and a row of another number there gives way. What is older than what is
    /// stored is dropped.
    func upsert(_ repos: [RepoUpdate]) async throws(StoreError) -> UpsertCounts

    func repo(named fullName: String) async throws(StoreError) -> StoredRepo?

    /// One page of them, in an order that stays; a cursor is good for the listing that it came with.
    /// - Throws: `StoreError` with the code `invalidArgument` for a cursor that no page gave.
    func page(of listing: RepoListing, after cursor: String?, limit: Int) async throws(StoreError) -> RepoPage

    /// - Returns: whether there was such a repo.
    func delete(named fullName: String) async throws(StoreError) -> Bool

    /// Deletes the rows of repos that are gone, and remembers it: what is older brings them not back.
    /// - Returns: how many there were.
    func forget(_ repos: [RepoUpdate]) async throws(StoreError) -> Int

    /// Gives the repos of an owner the owner's new name. - Returns: how many.
    func rename(owner: String, to newOwner: String) async throws(StoreError) -> Int

    /// Makes a repo due. - Returns: whether there is such a repo.
    func reprocess(named fullName: String, force: Bool) async throws(StoreError) -> Bool

    /// Makes all repos of `scope` due. - Returns: how many.
    func reprocess(_ scope: ReprocessScope, model: EmbeddingModel) async throws(StoreError) -> Int
}

/// How many repos an upsert created, changed, and found as they should be.
package struct UpsertCounts: Sendable, Hashable {
    package var created: Int
    package var changed: Int
    package var unchanged: Int

    package init(created: Int = 0, changed: Int = 0, unchanged: Int = 0) {
        self.created = created
        self.changed = changed
        self.unchanged = unchanged
    }

    package static func += (left: inout Self, right: Self) {
        left.created += right.created
        left.changed += right.changed
        left.unchanged += right.unchanged
    }
}

/// A repo with the state of its embedding.
package struct StoredRepo: Sendable, Hashable {
    package enum State: String, Sendable { case embedded, pending, failed, excluded }

    package var repo: Repo
    package var state: State
    /// The name of the model of the stored vector, and its fingerprint.
    package var model: String?
    package var fingerprint: String?
    /// RFC 3339.
    package var generatedAt: String?
    package var attempts: Int
    package var lastError: String?

    package init(
        repo: Repo,
        state: State,
        model: String? = nil,
        fingerprint: String? = nil,
        generatedAt: String? = nil,
        attempts: Int = 0,
        lastError: String? = nil
    ) {
        self.repo = repo
        self.state = state
        self.model = model
        self.fingerprint = fingerprint
        self.generatedAt = generatedAt
        self.attempts = attempts
        self.lastError = lastError
    }
}

/// Which repos a bulk reprocess makes due.
package struct ReprocessScope: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable { case missing, stale, failed, all }

    package var kind: Kind
    package var owner: String?
    package var language: String?
    package var force: Bool

    package init(_ kind: Kind, owner: String? = nil, language: String? = nil, force: Bool = false) {
        self.kind = kind
        self.owner = owner
        self.language = language
        self.force = force
    }
}
