/// One repo of an answer.
package struct SearchHit: Sendable, Hashable {
    /// What brought it in.
    package enum Match: String, Sendable { case vector, name, text }

    package var repo: Repo
    /// How well it fits, 0…1, in the order of the answer.
    package var score: Double
    /// Cosine similarity to the query's vector; nil when only the text index found it and its vector is unknown.
    package var similarity: Double?
    package var matched: [Match]
    /// Whether it has a vector of the model; nil when nobody has looked.
    package var isEmbedded: Bool?

    package init(repo: Repo, score: Double, similarity: Double?, matched: [Match], isEmbedded: Bool? = nil) {
        self.repo = repo
        self.score = score
        self.similarity = similarity
        self.matched = matched
        self.isEmbedded = isEmbedded ?? (similarity == nil ? nil : true)
    }

    /// A repo that fits as well as its vector is near.
    package init(repo: Repo, similarity: Double) {
        self.init(repo: repo, score: min(1, max(0, similarity)), similarity: similarity, matched: [.vector])
    }
}

/// Of two hits the greater is the better: it fits better, is nearer, has more stars, comes first by name.
extension SearchHit: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        if left.score != right.score { return left.score < right.score }
        let near = (left.similarity ?? -1, right.similarity ?? -1)
        if near.0 != near.1 { return near.0 < near.1 }
        return (left.repo.stars, right.repo.fullName) < (right.repo.stars, left.repo.fullName)
    }
}
