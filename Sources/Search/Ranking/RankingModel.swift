#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Ranks by a weighted sum of features: the greater, the better a repo fits a query.
struct RankingModel: Sendable {
    /// In the order of `RankingFeature`.
    private let weights: [Double]
    /// What turns a sum into the likelihood that the repo is what was looked for.
    private let slope, offset: Double
    private let fit: Fit

    /// What tells queries that something fits from those that nothing does, stars aside: a weighted sum of the greatest
    /// values that any candidate has, and its least value of a fit.
    struct Fit: Sendable {
        let weights: [RankingFeature: Double]
        let least: Double
    }

    init(_ weights: [RankingFeature: Double], slope: Double, offset: Double, fit: Fit) {
        self.weights = RankingFeature.allCases.map { weights[$0] ?? 0 }
        self.slope = slope
        self.offset = offset
        self.fit = fit
    }

    /// 0…1.
    func score(_ row: FeatureRow) -> Double {
        let sum = zip(weights, row.values).reduce(0) { $0 + $1.0 * $1.1 }
        return 1 / (1 + exp(-(slope * sum + offset)))
    }

    /// Whether none of the candidates fits the query well.
    func isWeak(_ rows: [FeatureRow]) -> Bool {
        // Added in one order: a dictionary's would give a query at the threshold now one answer, now another.
        let sum = RankingFeature.allCases.reduce(0.0) { sum, feature in
            guard let weight = fit.weights[feature] else { return sum }
            return sum + weight * (rows.map { $0[feature] }.max() ?? 0)
        }
        return sum < fit.least
    }
}
