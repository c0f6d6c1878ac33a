import EmbeddingCore
import Synchronization

@testable import Routing

final class StubRepos: RepoStore, DeadLetterQueue {
    struct State {
        var repos: [String: StoredRepo] = [:]
        var upserted: [RepoUpdate] = []
        var portions: [Int] = []
        var reprocessed: [String] = []
        var listings: [RepoListing] = []
        var scopes: [ReprocessScope] = []
        var renamed: [String] = []
        var failure: StoreError?
        var failures: [DeadLetter] = []
        /// Holds `reprocess(scope)`, which says that it came, until the stream ends.
        var gate: (reached: AsyncStream<Void>.Continuation, opened: AsyncStream<Void>)?
    }

    let state = Mutex(State())

    private func check() throws(StoreError) { if let failure = state.withLock(\.failure) { throw failure } }

    var publicOnly: any RepoStore { PublicStubRepos(all: self) }

    func ping() async throws(StoreError) { try check() }

    func upsert(_ repos: [RepoUpdate]) async throws(StoreError) -> UpsertCounts {
        try check()
        return state.withLock { state in
            state.upserted += repos
            state.portions.append(repos.count)
            return UpsertCounts(created: repos.count, changed: 0, unchanged: 0)
        }
    }

    func page(of listing: RepoListing, after cursor: String?, limit: Int) async throws(StoreError) -> RepoPage {
        try check()
        if cursor == "wrong" { throw StoreError(.invalidArgument, "no such page") }
        let found = state.withLock { state in
            state.listings.append(listing)
            return state.repos.values.filter { listing.filter.admits($0.repo) }
        }
        let rest = found.sorted { $0.repo.fullName < $1.repo.fullName }.filter { $0.repo.fullName > cursor ?? "" }
        let page = Array(rest.prefix(limit))
        return RepoPage(repos: page, next: rest.count > limit ? page.last?.repo.fullName : nil)
    }

    func repo(named fullName: String) async throws(StoreError) -> StoredRepo? {
        try check()
        return state.withLock { $0.repos[fullName] }
    }

    func delete(named fullName: String) async throws(StoreError) -> Bool {
        try check()
        return state.withLock { $0.repos.removeValue(forKey: fullName) != nil }
    }

    func forget(_ repos: [RepoUpdate]) async throws(StoreError) -> Int {
        try check()
        return state.withLock { state in repos.count { state.repos.removeValue(forKey: $0.fullName) != nil } }
    }

    func rename(owner: String, to newOwner: String) async throws(StoreError) -> Int {
        state.withLock { $0.renamed.append("\(owner) → \(newOwner)") }
        return 2
    }

    func reprocess(named fullName: String, force: Bool) async throws(StoreError) -> Bool {
        try check()
        return state.withLock { state in
            state.reprocessed.append("\(fullName) \(force)")
            return state.repos[fullName] != nil
        }
    }

    func reprocess(_ scope: ReprocessScope, model: EmbeddingModel) async throws(StoreError) -> Int {
        try check()
        if let gate = state.withLock(\.gate) {
            gate.reached.yield()
            for await _ in gate.opened {}
        }
        return state.withLock { state in
            state.scopes.append(scope)
            return 7
        }
    }

    func page(
        limit: Int,
        cursor: String?,
        includesPrivate: Bool
    ) async throws(StoreError) -> (letters: [DeadLetter], next: String?) {
        if cursor == "wrong" { throw StoreError(.invalidArgument, "no such page") }
        let all = state.withLock { state in
            state.failures.filter { includesPrivate || state.repos[$0.label]?.repo.isPrivate != true }
        }
        let start = cursor.flatMap { Int($0) } ?? 0
        let end = min(start + limit, all.count)
        return (Array(all[min(start, end)..<end]), end < all.count ? "\(end)" : nil)
    }

    func retryAll(includesPrivate: Bool) async throws(StoreError) -> Int { includesPrivate ? 4 : 3 }
}

/// The repos of a stub for whom private ones are not there.
struct PublicStubRepos: RepoStore {
    let all: StubRepos

    var publicOnly: any RepoStore { self }

    private func hides(_ name: String) -> Bool { all.state.withLock { $0.repos[name]?.repo.isPrivate == true } }

    func ping() async throws(StoreError) { try await all.ping() }

    func upsert(_ repos: [RepoUpdate]) async throws(StoreError) -> UpsertCounts {
        let shown = repos.filter { !hides($0.fullName) }
        var counts = UpsertCounts(created: repos.count - shown.count)
        counts += try await all.upsert(shown)
        return counts
    }

    func page(of listing: RepoListing, after cursor: String?, limit: Int) async throws(StoreError) -> RepoPage {
        var listing = listing
        listing.filter.includesPrivate = false
        return try await all.page(of: listing, after: cursor, limit: limit)
    }

    func repo(named fullName: String) async throws(StoreError) -> StoredRepo? {
        let repo = try await all.repo(named: fullName)
        return hides(fullName) ? nil : repo
    }

    func delete(named fullName: String) async throws(StoreError) -> Bool {
        if hides(fullName) { return false }
        return try await all.delete(named: fullName)
    }

    func forget(_ repos: [RepoUpdate]) async throws(StoreError) -> Int {
        try await all.forget(repos.filter { !hides($0.fullName) })
    }

    func rename(owner: String, to newOwner: String) async throws(StoreError) -> Int {
        try await all.rename(owner: owner, to: newOwner)
    }

    func reprocess(named fullName: String, force: Bool) async throws(StoreError) -> Bool {
        if hides(fullName) { return false }
        return try await all.reprocess(named: fullName, force: force)
    }

    func reprocess(_ scope: ReprocessScope, model: EmbeddingModel) async throws(StoreError) -> Int {
        try await all.reprocess(scope, model: model)
    }
}
