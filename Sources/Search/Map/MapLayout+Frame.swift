import EmbeddingCore

extension MapLayout.Frame {
    /// The share of points that may lie outside before the frame is redrawn.
    private static let mostOutside = 0.02
    /// The share of width and height that the points have to fill.
    private static let leastFilled: Float = 0.8
    /// The share of width and height at each edge that is the outliers'.
    private static let margin: Float = 0.04
    /// Nearer to the edge than this nothing is told apart.
    private static let farthest: Float = 0.001

    /// Holds all but a few outliers.
    init(around places: [SIMD2<Float>]) {
        let horizontal = Self.range(places.map(\.x))
        let vertical = Self.range(places.map(\.y))
        self.init(
            lower: SIMD2(horizontal.lowerBound, vertical.lowerBound),
            upper: SIMD2(horizontal.upperBound, vertical.upperBound)
        )
    }

    private static func range(_ values: [Float]) -> ClosedRange<Float> {
        let sorted = values.sorted()
        guard let first = sorted.first else { return 0...0 }
        let outliers = sorted.count / 500
        return sorted[outliers]...max(first, sorted[sorted.count - 1 - outliers])
    }

    /// 0…1 on both axes. The frame fills all but a margin; what lies outside comes the nearer to the edge the farther
    /// away it is, so that outliers make no line along it.
    func share(of place: SIMD2<Float>) -> SIMD2<Float> {
        SIMD2(Self.share(of: place.x, lower.x, upper.x), Self.share(of: place.y, lower.y, upper.y))
    }

    private static func share(of value: Float, _ lower: Float, _ upper: Float) -> Float {
        guard upper > lower else { return 0.5 }
        let straight = margin + (1 - 2 * margin) * (value - lower) / (upper - lower)
        if straight > 1 - margin { return 1 - margin * margin / (straight - 1 + 2 * margin) }
        return straight < margin ? margin * margin / (2 * margin - straight) : straight
    }

    /// The place of a share.
    func place(of share: SIMD2<Float>) -> SIMD2<Float> {
        SIMD2(Self.place(of: share.x, lower.x, upper.x), Self.place(of: share.y, lower.y, upper.y))
    }

    private static func place(of share: Float, _ lower: Float, _ upper: Float) -> Float {
        let share = min(1 - farthest, max(farthest, share))
        var straight = share
        if share > 1 - margin { straight = 1 - 2 * margin + margin * margin / (1 - share) }
        if share < margin { straight = 2 * margin - margin * margin / share }
        return lower + (straight - margin) / (1 - 2 * margin) * (upper - lower)
    }

    /// Whether the frame still shows nearly all points, and they fill it.
    func suits(_ places: [SIMD2<Float>]) -> Bool {
        let outside = places.count { place in
            place.x < lower.x || place.y < lower.y || place.x > upper.x || place.y > upper.y
        }
        let wanted = Self(around: places)
        let size: SIMD2<Float> = (upper - lower) * Self.leastFilled
        let filled: SIMD2<Float> = wanted.upper - wanted.lower
        guard filled.x >= size.x, filled.y >= size.y else { return false }
        return Double(outside) <= Self.mostOutside * Double(places.count)
    }
}
