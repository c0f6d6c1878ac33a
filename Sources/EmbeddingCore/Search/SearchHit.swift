/// One repo of an answer.
package struct SearchHit: Sendable, Hashable {
    /// What brought it in.
    package enum Match: String, Sendable { case vector, name, text }

    package var repo: Repo
    /// Cosine similarity to the query's vector; nil when only the text index found it and its vector is unknown.
    package var score: Double?
    package var matched: [Match]

    package init(repo: Repo, score: Double?, matched: [Match] = [.vector]) {
        self.repo = repo
        self.score = score
        self.matched = matched
    }
}

/// Of two hits the greater is the better: nearer, then with more stars, then first by name.
extension SearchHit: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        let scores = (left.score ?? 0, right.score ?? 0)
        return scores.0 == scores.1 ? right.isBetterKnown(than: left) : scores.0 < scores.1
    }

    /// Decides between hits that fit equally well.
    package func isBetterKnown(than other: Self) -> Bool {
        (repo.stars, other.repo.fullName) > (other.repo.stars, repo.fullName)
    }
}
