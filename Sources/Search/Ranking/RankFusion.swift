import EmbeddingCore

/// Puts rankings together by reciprocal rank: each list gives a repo weight ÷ (5 + rank), and the sums decide.
struct RankFusion {
    private var scores: [String: Double] = [:]
    private var hits: [String: SearchHit] = [:]

    private static let smoothing = 5.0

    /// - Parameter weight: of the list, times that of each hit where `weights` says so.
    mutating func add(_ list: [SearchHit], weight: Double, weights: [Double] = []) {
        for (rank, hit) in list.enumerated() {
            let own = rank < weights.count ? weights[rank] : 1
            scores[hit.repo.fullName, default: 0] += weight * own / (Self.smoothing + Double(rank + 1))
            if let known = hits[hit.repo.fullName] {
                hits[hit.repo.fullName]?.score = known.score ?? hit.score
                hits[hit.repo.fullName]?.matched += hit.matched.filter { !known.matched.contains($0) }
            } else {
                hits[hit.repo.fullName] = hit
            }
        }
    }

    /// All hits, best first; ties by stars, then name.
    var ranking: [SearchHit] {
        hits.values.sorted { left, right in
            let scores = (self.scores[left.repo.fullName] ?? 0, self.scores[right.repo.fullName] ?? 0)
            return scores.0 == scores.1 ? left.isBetterKnown(than: right) : scores.0 > scores.1
        }
    }
}
