import EmbeddingCore

/// Puts the repos that vectors, words and names brought in into one order.
struct CandidateRanking {
    let list: CandidateList
    private let rows: [FeatureRow]
    /// Whether those without a similarity have no vector.
    private let isCompared: Bool
    private let model: RankingModel

    /// - Parameters:
    ///   - vectors: what lies near the vector of the query; nil where there is none.
    ///   - similarities: of what the text index found.
    ///   - index: what knows the words of the repos.
    init(
        _ matches: TextMatches,
        vectors: [SearchHit]?,
        similarities: [DocumentID: Double]? = nil,
        _ index: TextIndex
    ) {
        let list = CandidateList(matches, vectors: vectors, similarities) { index.number(of: $0) }
        let cosines = vectors == nil ? nil : CosineRange(list.candidates)
        rows = list.candidates.map { candidate in
            let words = candidate.number.flatMap { index.words(ofRepo: $0) }
            let name = candidate.number.flatMap { index.nameKey(ofRepo: $0) }
            return FeatureRow(
                candidate,
                words ?? WordTable.Entry(RepoWords(candidate.repo)),
                name: name ?? TextTokens.key(of: RepoWords.name(of: candidate.repo.fullName)).utf8.map { $0 }[...],
                matches.terms,
                cosines
            )
        }
        model = cosines == nil ? RankingWeights.text : RankingWeights.hybrid
        isCompared = similarities != nil
        self.list = list
    }

    /// All candidates, best first; ties by stars, then name.
    var ranked: RankedHits {
        let hits = zip(list.candidates, rows).map { candidate, row in
            SearchHit(
                repo: candidate.repo,
                score: model.score(row),
                similarity: candidate.similarity,
                matched: candidate.matched,
                isEmbedded: isCompared ? candidate.similarity != nil : nil
            )
        }
        // Numbers are cheaper to compare than hits, and places to move.
        let scores = hits.map(\.score)
        let order = hits.indices.sorted { left, right in
            scores[left] == scores[right] ? hits[left] > hits[right] : scores[left] > scores[right]
        }
        return RankedHits(hits: order.map { hits[$0] }, isWeak: model.isWeak(rows))
    }

    /// The features of each candidate by its full name, for the training.
    var samples: [RankingSample] {
        zip(list.candidates, rows).map { RankingSample(fullName: $0.repo.fullName, features: $1.values) }
    }
}

/// Repos in order of their scores.
struct RankedHits: Sendable {
    /// Of an answer where nothing fits.
    private static let fewest = 3

    var hits: [SearchHit] = []
    /// Whether nothing fits the query well.
    var isWeak = true

    /// The best, and few of them where nothing fits, unless a filter asks for what there is.
    /// - Returns: them, and whether these are all there are.
    func best(_ filter: SearchFilter) -> (hits: [SearchHit], isAll: Bool) {
        isWeak && filter.narrowing.isEmpty ? (Array(hits.prefix(Self.fewest)), false) : (hits, true)
    }
}

/// What the training is given of a candidate.
package struct RankingSample: Sendable {
    package let fullName: String
    /// In the order of `RankingFeature`.
    package let features: [Double]
}
