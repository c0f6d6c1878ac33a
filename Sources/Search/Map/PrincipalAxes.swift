/// The directions in which a set of vectors varies most (principal component analysis), found by subspace iteration:
/// the covariance is applied to a basis again and again, and the basis is made orthonormal in between.
struct PrincipalAxes {
    /// Coordinates along the axes, the greatest variance first; those beyond the vectors' own dimensions are zero.
    typealias Coordinates = SIMD16<Float>

    private static let iterations = 12

    private let mean: [Float]
    /// Orthonormal rows of `mean.count` numbers.
    private let axes: [[Float]]

    /// - Parameter vectors: of one length, at least one.
    init(of vectors: [[Float]]) {
        let dimensions = vectors.first?.count ?? 0
        var mean = [Float](repeating: 0, count: dimensions)
        for vector in vectors { mean.add(vector, times: 1 / Float(vectors.count)) }
        let centered = vectors.map { vector in zip(vector, mean).map { $0 - $1 } }
        var random = SplitMix64(state: 1)
        var axes = (0..<min(Coordinates.scalarCount, dimensions)).map { _ in
            (0..<dimensions).map { _ in Float.random(in: -1...1, using: &random) }
        }
        Self.orthonormalize(&axes)
        for _ in 0..<Self.iterations {
            axes = axes.map { Self.covariance(of: centered, times: $0) }
            Self.orthonormalize(&axes)
        }
        // An axis may point either way; a fixed choice keeps the map from being mirrored by a small change.
        self.axes = axes.map { axis in
            let longest = axis.max { $0.magnitude < $1.magnitude } ?? 0
            return longest < 0 ? axis.map { -$0 } : axis
        }
        self.mean = mean
    }

    func coordinates(of vector: [Float]) -> Coordinates {
        let centered = zip(vector, mean).map { $0 - $1 }
        var result = Coordinates.zero
        for (index, axis) in axes.enumerated() { result[index] = centered.dot(axis) }
        return result
    }

    private static func covariance(of vectors: [[Float]], times axis: [Float]) -> [Float] {
        var result = [Float](repeating: 0, count: axis.count)
        for vector in vectors { result.add(vector, times: vector.dot(axis)) }
        return result
    }

    /// Gram–Schmidt; what has no length left becomes zero.
    private static func orthonormalize(_ axes: inout [[Float]]) {
        for index in axes.indices {
            let before = axes[index].dot(axes[index]).squareRoot()
            for earlier in 0..<index { axes[index].add(axes[earlier], times: -axes[index].dot(axes[earlier])) }
            let length = axes[index].dot(axes[index]).squareRoot()
            // Less than rounding leaves of a vector is no direction.
            let scale = length > before * 1e-5 ? 1 / length : 0
            for place in axes[index].indices { axes[index][place] *= scale }
        }
    }
}

extension [Float] {
    /// The inner product of two arrays of one length.
    fileprivate func dot(_ other: [Float]) -> Float {
        var lanes = SIMD8<Float>.zero
        var rest: Float = 0
        let whole = count / 8 * 8
        withUnsafeBytes { own in
            other.withUnsafeBytes { other in
                for index in stride(from: 0, to: whole, by: 8) {
                    lanes +=
                        own.loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self)
                        * other.loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self)
                }
            }
        }
        for index in whole..<count { rest += self[index] * other[index] }
        return lanes.sum() + rest
    }

    fileprivate mutating func add(_ other: [Float], times factor: Float) {
        for index in indices { self[index] += factor * other[index] }
    }
}
