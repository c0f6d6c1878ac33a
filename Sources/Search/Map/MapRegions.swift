import EmbeddingCore

/// Finds the parts of a map and what to call them: points are grouped by where they lie (Lloyd's k-means), and each
/// group is named by topics and words that are frequent in it and rare elsewhere.
struct MapRegions {
    private static let iterations = 12
    private static let fewestRepos = 24
    private static let reposPerRegion = 160
    private static let mostRegions = 32

    private let places: [SIMD2<Float>]
    private let terms: [[String]]

    /// - Parameters:
    ///   - places: 0…1 on both axes.
    ///   - terms: of each repo, without repetition; as many.
    init(places: [SIMD2<Float>], terms: [[String]]) {
        self.places = places
        self.terms = terms
    }

    /// Most repos first.
    func regions() -> [RepoMap.Region] {
        guard places.count >= Self.fewestRepos else { return [] }
        let count = min(Self.mostRegions, max(4, places.count / Self.reposPerRegion))
        let groups = groups(count).filter { $0.count >= 3 }.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
        let everywhere = frequencies(of: places.indices)
        var used: Set<String> = []
        return groups.compactMap { group in
            guard let name = name(of: group, everywhere, &used) else { return nil }
            let middle = group.reduce(SIMD2<Float>.zero) { $0 + places[$1] } / Float(group.count)
            return RepoMap.Region(name: name, x: middle.x, y: middle.y, repos: group.count)
        }
    }

    /// The numbers of the points in each group. It starts from points spread evenly over their order, which is that of
    /// fame and has nothing to do with where they lie.
    private func groups(_ count: Int) -> [[Int]] {
        var centers = (0..<count).map { places[$0 * places.count / count] }
        var groups: [[Int]] = []
        for _ in 0..<Self.iterations {
            groups = Array(repeating: [], count: count)
            for index in places.indices { groups[nearest(to: places[index], centers)].append(index) }
            for (number, group) in groups.enumerated() where !group.isEmpty {
                centers[number] = group.reduce(.zero) { $0 + places[$1] } / Float(group.count)
            }
        }
        return groups
    }

    private func nearest(to place: SIMD2<Float>, _ centers: [SIMD2<Float>]) -> Int {
        var best = 0
        var least = Float.infinity
        for (number, center) in centers.enumerated() {
            let difference = place - center
            let distance = (difference * difference).sum()
            if distance < least { (best, least) = (number, distance) }
        }
        return best
    }

    private func frequencies(of group: some Sequence<Int>) -> [String: Int] {
        var counts: [String: Int] = [:]
        for index in group { for term in terms[index] { counts[term, default: 0] += 1 } }
        return counts
    }

    /// Up to two terms, of which no other region has the first; nil when nothing is typical.
    private func name(of group: [Int], _ everywhere: [String: Int], _ used: inout Set<String>) -> String? {
        let fewest = max(2, group.count / 25)
        let size = Double(group.count)
        let typical = frequencies(of: group).compactMap { term, count -> (term: String, score: Double)? in
            guard count >= fewest, !used.contains(term) else { return nil }
            let here = Double(count) / size
            let lift = here * Double(places.count) / Double(everywhere[term] ?? count)
            return lift > 1.5 ? (term, here * (lift - 1).squareRoot()) : nil
        }
        let best = typical.sorted { ($1.score, $0.term) < ($0.score, $1.term) }
        guard let first = best.first else { return nil }
        let second = best.dropFirst().first { !$0.term.contains(first.term.prefix(4)) && $0.score > first.score / 2 }
        used.insert(first.term)
        if let second { used.insert(second.term) }
        return [first.term, second?.term].compactMap(\.self).joined(separator: ", ")
    }
}
