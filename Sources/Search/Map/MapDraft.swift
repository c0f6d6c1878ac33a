import EmbeddingCore

/// A map that is still to be drawn: the repos, and where they lay on the last one.
struct MapDraft: Sendable {
    /// What comes of it.
    struct Drawing: Sendable {
        var points: [RepoMap.Point]
        var regions: [RepoMap.Region]
        var layout: MapLayout
    }

    let model: EmbeddingModel
    /// Most stars first.
    let landmarks: [MapLandmark]
    let last: MapLayout?

    /// Nil when cancelled; asked now and then.
    func draw(isCancelled: @escaping () -> Bool) -> Drawing? {
        let before = landmarks.map { landmark in
            last.flatMap { last in last.places[landmark.fullName].map { last.frame.place(of: $0) } }
        }
        let layout = NeighborLayout(isCancelled: isCancelled)
        guard let places = layout.places(of: landmarks.map(\.coordinates), before: before) else { return nil }
        let frame = last.flatMap { $0.frame.suits(places) ? $0.frame : nil } ?? MapLayout.Frame(around: places)
        let shares = places.map { frame.share(of: $0) }
        let kept = Dictionary(zip(landmarks.map(\.fullName), shares), uniquingKeysWith: { first, _ in first })
        return Drawing(
            points: zip(landmarks, shares).map { $0.point(at: $1) },
            regions: MapRegions(places: shares, terms: landmarks.map(\.terms)).regions(),
            layout: MapLayout(model: model.fingerprint, frame: frame, places: kept)
        )
    }
}
