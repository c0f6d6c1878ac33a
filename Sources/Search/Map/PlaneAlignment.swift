/// The turn, mirroring, scale and shift that bring points of a plane nearest to others in the sum of squares
/// (Procrustes analysis). Points are complex numbers in it: one product turns and scales.
struct PlaneAlignment {
    private var isMirrored = false
    private var factor = SIMD2<Float>(1, 0)
    private var from = SIMD2<Float>.zero
    private var to = SIMD2<Float>.zero

    /// - Parameters:
    ///   - points: what is moved.
    ///   - targets: where each should come to lie; as many.
    init(of points: [SIMD2<Float>], onto targets: [SIMD2<Float>]) {
        guard points.count > 1, points.count == targets.count else { return }
        from = points.reduce(.zero, +) / Float(points.count)
        to = targets.reduce(.zero, +) / Float(points.count)
        var straight = SIMD2<Float>.zero
        var mirrored = SIMD2<Float>.zero
        var length: Float = 0
        for (point, target) in zip(points, targets) {
            let point = point - from
            let target = target - to
            straight += Self.product(target, Self.conjugate(point))
            mirrored += Self.product(target, point)
            length += (point * point).sum()
        }
        guard length > 0 else { return }
        isMirrored = (mirrored * mirrored).sum() > (straight * straight).sum()
        factor = (isMirrored ? mirrored : straight) / length
    }

    func callAsFunction(_ point: SIMD2<Float>) -> SIMD2<Float> {
        let point = point - from
        return Self.product(isMirrored ? Self.conjugate(point) : point, factor) + to
    }

    private static func product(_ one: SIMD2<Float>, _ other: SIMD2<Float>) -> SIMD2<Float> {
        SIMD2(one.x * other.x - one.y * other.y, one.x * other.y + one.y * other.x)
    }

    private static func conjugate(_ point: SIMD2<Float>) -> SIMD2<Float> { SIMD2(point.x, -point.y) }
}
