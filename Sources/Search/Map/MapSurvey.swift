import EmbeddingCore

/// A repo on its way onto the map; better the more stars it has.
struct MapLandmark: Comparable, Sendable {
    var stars: Int
    var fullName: String
    var language: String?
    var isPrivate: Bool
    var coordinates: PrincipalAxes.Coordinates
    /// What parts of the map may be named by; none of a private repo.
    var terms: [String]

    static func < (left: Self, right: Self) -> Bool {
        left.stars != right.stars ? left.stars < right.stars : left.fullName > right.fullName
    }

    func point(at place: SIMD2<Float>) -> RepoMap.Point {
        RepoMap.Point(
            fullName: fullName,
            language: language,
            stars: stars,
            isPrivate: isPrivate,
            x: place.x,
            y: place.y
        )
    }
}

/// Takes in the rows of the table and keeps of their vectors the coordinates along the principal axes, which are those
/// of the first rows: so many as the sample may hold. Memory does not grow with the table.
struct MapSurvey {
    private let dimensions: Int
    private let sampleSize: Int
    private var sample: [FeedRow] = []
    private var axes: PrincipalAxes?
    private var best: TopK<MapLandmark>

    init(model: EmbeddingModel, _ configuration: RepoMapper.Configuration) {
        dimensions = model.dimensions
        sampleSize = max(1, configuration.sampleBytes / (4 * max(1, dimensions)))
        best = TopK(capacity: configuration.capacity)
    }

    mutating func add(_ row: FeedRow) {
        // Of unit length: other programs may have stored numbers whose sums are not finite.
        guard let vector = try? Embedding(validating: row.vector ?? [], dimensions: dimensions).values,
            !row.repo.fullName.isEmpty
        else { return }
        if let axes { return best.offer(Self.landmark(row.repo, axes.coordinates(of: vector))) }
        sample.append(FeedRow(id: row.id, repo: row.repo, vector: vector))
        if sample.count == sampleSize { findAxes() }
    }

    /// Most stars first.
    mutating func finish() -> [MapLandmark] {
        findAxes()
        return best.sorted
    }

    private mutating func findAxes() {
        guard !sample.isEmpty else { return }
        let found = PrincipalAxes(of: sample.compactMap(\.vector))
        for row in sample {
            if let vector = row.vector { best.offer(Self.landmark(row.repo, found.coordinates(of: vector))) }
        }
        axes = found
        sample = []
    }

    private static func landmark(_ repo: Repo, _ coordinates: PrincipalAxes.Coordinates) -> MapLandmark {
        MapLandmark(
            stars: repo.stars,
            fullName: repo.fullName,
            language: repo.language,
            isPrivate: repo.isPrivate,
            coordinates: coordinates,
            terms: repo.isPrivate ? [] : MapTerms.terms(of: repo)
        )
    }
}
