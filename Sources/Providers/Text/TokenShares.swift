/// Shares out the tokens of one call, counted by the provider for all texts together, among the texts.
enum TokenShares {
    /// - Parameters:
    ///   - total: what the provider counted; 0 when it did not.
    ///   - weights: our own count or estimate for each text.
    ///   - isExact: whether `weights` are counts; then they stand.
    /// - Returns: one for each text, `total` together.
    static func divide(_ total: Int, by weights: [Int], isExact: Bool) -> [Int] {
        let sum = weights.reduce(0, +)
        guard total > 0, !isExact, sum > 0 else { return weights }
        var (given, passed) = (0, 0)
        return weights.map { weight in
            passed += weight
            let upTo = Int(Double(total) * Double(passed) / Double(sum))
            defer { given = upTo }
            return upTo - given
        }
    }
}
