import EmbeddingCore

/// The weights of the three rankings. They were chosen on half of the query set and confirmed on the other; the
/// result hardly changes when they are halved or doubled.
extension RankFusion {
    /// What the text index found.
    mutating func add(_ matches: TextMatches) {
        add(
            matches.names.map { SearchHit(repo: $0.repo, score: nil, matched: [.name]) },
            weight: 4,
            weights: matches.names.map { $0.similarity * $0.similarity }
        )
        add(matches.words.map { SearchHit(repo: $0.repo, score: nil, matched: [.text]) }, weight: 0.8)
    }

    /// What lies near the vector of `query`; of repos about equally near, the well known are put first.
    mutating func add(_ hits: [SearchHit], askedBy query: String) {
        func rank(_ hit: SearchHit) -> Double { (hit.score ?? 0) + 0.05 * Fame.of(stars: hit.repo.stars) }
        // A sentence says more by its meaning than by its words; the models know little but English.
        let isSentence = query.split(separator: " ", maxSplits: 5).count >= 5
        let isEnglish = TextTokens.shareOfASCII(query) >= 0.5
        add(hits.sorted { rank($0) > rank($1) }, weight: (isSentence ? 2.5 : 1) * (isEnglish ? 1 : 0.1))
    }
}
