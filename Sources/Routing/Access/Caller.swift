import EmbeddingCore
import HTTP

/// Who asks.
struct Caller: Sendable, Hashable {
    /// Which of the configured keys was shown; nil without one.
    var key: Int?
    /// The same in every replica and after the keys were changed; nil without a key.
    var fingerprint: String?
    var scopes: Set<Scope>
    /// Whether private repos are there for it: others may neither see nor change them, nor tell them from what is not
    /// there.
    var seesPrivate = false

    /// Its own part of the cache.
    var partition = CachePartition.anybody

    /// Where no key is needed: who shows none.
    static let anybody = Caller(scopes: Set(Scope.allCases))
    /// Of a route that looks at no key.
    static let unknown = Caller(scopes: [])

    /// The repos that are there for it.
    func repos(of store: any RepoStore) -> any RepoStore { seesPrivate ? store : store.publicOnly }

    /// - Throws: `APIError` 403 that names the scope when the caller's key has it not.
    func require(_ scope: Scope) throws {
        guard !scopes.contains(scope) else { return }
        var error = APIError(.forbidden, .authentication, "this key lacks the scope \(scope.rawValue)")
        error.challenge = .insufficientScope(scope)
        throw error
    }
}
