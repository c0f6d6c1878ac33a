import EmbeddingCore

extension SearchFilter {
    /// Whether the repo passes, its score aside.
    func admits(_ repo: Repo) -> Bool {
        if repo.isPrivate && !includesPrivate || repo.stars < minStars ?? .min { return false }
        if let language, repo.language?.lowercased() != language.lowercased() { return false }
        if let owner, repo.owner.lowercased() != owner.lowercased() { return false }
        if let excludeOwner, repo.owner.lowercased() == excludeOwner.lowercased() { return false }
        if let excludeName, repo.fullName.lowercased() == excludeName.lowercased() { return false }
        return true
    }
}
