import EmbeddingCore

extension MapLayout.Frame {
    /// The share of points that may lie outside before the frame is drawn anew.
    private static let mostOutside = 0.02
    /// The share of width and height that the points have to fill.
    private static let leastFilled: Float = 0.8

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

    /// 0…1 on both axes; what lies outside is moved to the edge.
    func share(of place: SIMD2<Float>) -> SIMD2<Float> {
        let size = upper - lower
        return SIMD2(
            size.x > 0 ? min(1, max(0, (place.x - lower.x) / size.x)) : 0.5,
            size.y > 0 ? min(1, max(0, (place.y - lower.y) / size.y)) : 0.5
        )
    }

    /// The place of a share.
    func place(of share: SIMD2<Float>) -> SIMD2<Float> { lower + share * (upper - lower) }

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
