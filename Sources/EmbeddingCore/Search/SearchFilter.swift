/// Which repos may be in the answer.
package struct SearchFilter: Sendable, Hashable {
    /// Compared without case.
    package var language: String?
    package var minStars: Int?
    /// Compared without case.
    package var owner: String?
    package var excludeOwner: String?
    /// Smallest cosine similarity.
    package var minScore: Double?
    /// A repo left out, by full name: the one whose neighbours are asked for.
    package var excludeName: String?
    package var includesPrivate: Bool

    package init(
        language: String? = nil,
        minStars: Int? = nil,
        owner: String? = nil,
        excludeOwner: String? = nil,
        minScore: Double? = nil,
        excludeName: String? = nil,
        includesPrivate: Bool = false
    ) {
        self.language = language
        self.minStars = minStars
        self.owner = owner
        self.excludeOwner = excludeOwner
        self.minScore = minScore
        self.excludeName = excludeName
        self.includesPrivate = includesPrivate
    }
}

extension SearchFilter {
    /// Whether the repo passes, its score aside.
    package func admits(_ repo: Repo) -> Bool {
        if repo.isPrivate && !includesPrivate || repo.stars < minStars ?? .min { return false }
        if let language, repo.language?.lowercased() != language.lowercased() { return false }
        if let owner, repo.owner.lowercased() != owner.lowercased() { return false }
        if let excludeOwner, repo.owner.lowercased() == excludeOwner.lowercased() { return false }
        if let excludeName, repo.fullName.lowercased() == excludeName.lowercased() { return false }
        return true
    }
}
