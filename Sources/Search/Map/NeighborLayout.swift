/// Places points on a plane so that neighbours of many dimensions stay neighbours: every point is drawn to its nearest
/// ones and pushed off from random others, with ever smaller steps (the method of LargeVis, Tang et al. 2016, and of
/// UMAP). It starts from where the points lay before, or else from the first two principal axes, and with a fixed seed:
/// the same points give the same picture, and nearly the same points nearly the same.
struct NeighborLayout {
    private static let neighbors = 12
    private static let strangers = 4
    private static let rounds = 120
    /// Rounds and first step when most points lay somewhere before.
    private static let laterRounds = 24
    private static let laterStep: Float = 0.08
    /// The share of its way that takes a known point back to where it lay, in each round.
    private static let anchoring: Float = 0.3
    /// The share of points that has to be known, or the layout begins afresh.
    private static let leastKnown = 0.7
    /// Longest way of a point in one step, in units of the plane.
    private static let longestStep: Float = 4
    /// Where the first two axes are spread to at the start: ± so much.
    private static let spread: Float = 10

    /// Asked now and then; the work ends soon after it is true.
    let isCancelled: () -> Bool

    /// Places in the layout's own units; nil when cancelled.
    /// - Parameter before: where each point lay, in the same units; nil for new ones.
    func places(of points: [PrincipalAxes.Coordinates], before: [SIMD2<Float>?] = []) -> [SIMD2<Float>]? {
        guard points.count > 1 else { return points.map { _ in .zero } }
        guard let nearest = nearest(of: points) else { return nil }
        let known = before.count(where: { $0 != nil })
        let isLater = before.count == points.count && Double(known) >= Self.leastKnown * Double(points.count)
        var places = isLater ? Self.start(before, nearest) : Self.start(points)
        var random = SplitMix64(state: 2)
        let rounds = isLater ? Self.laterRounds : Self.rounds
        for round in 0..<rounds {
            guard !isCancelled() else { return nil }
            let step = 1 - Float(round) / Float(rounds)
            Self.move(&places, nearest, step: isLater ? step * Self.laterStep : step, &random)
            if isLater { Self.drawBack(&places, to: before) }
        }
        return Self.aligned(places, to: before)
    }

    /// Turned and shifted to where the points lay before, if enough of them are known; those that are new go along.
    private static func aligned(_ places: [SIMD2<Float>], to before: [SIMD2<Float>?]) -> [SIMD2<Float>] {
        let known = zip(places, before).compactMap { place, before in before.map { (place, $0) } }
        guard known.count >= max(3, places.count / 5) else { return places }
        let alignment = PlaneAlignment(of: known.map(\.0), onto: known.map(\.1))
        return places.map { alignment($0) }
    }

    private static func drawBack(_ places: inout [SIMD2<Float>], to before: [SIMD2<Float>?]) {
        for index in places.indices {
            guard let home = before[index] else { continue }
            places[index] += (home - places[index]) * anchoring
        }
    }

    /// New points begin in the middle of their neighbours that are known.
    private static func start(_ before: [SIMD2<Float>?], _ nearest: [Int32]) -> [SIMD2<Float>] {
        let count = nearest.count / before.count
        return before.indices.map { index in
            if let place = before[index] { return place }
            let known = nearest[index * count..<(index + 1) * count].compactMap { before[Int($0)] }
            let middle = known.isEmpty ? .zero : known.reduce(.zero, +) / Float(known.count)
            return middle + SIMD2(Float(index % 101), Float(index % 97)) * 1e-3
        }
    }

    /// One round over all points.
    private static func move(
        _ places: inout [SIMD2<Float>],
        _ nearest: [Int32],
        step: Float,
        _ random: inout SplitMix64
    ) {
        let count = nearest.count / places.count
        for index in places.indices {
            for place in 0..<count {
                attract(&places, index, Int(nearest[index * count + place]), step)
                for _ in 0..<strangers {
                    let other = Int(truncatingIfNeeded: random.next() >> 1) % places.count
                    if other != index { repel(&places, index, other, step) }
                }
            }
        }
    }

    private static func start(_ points: [PrincipalAxes.Coordinates]) -> [SIMD2<Float>] {
        let largest = points.map { max($0[0].magnitude, $0[1].magnitude) }.max() ?? 0
        let scale = largest > 0 ? spread / largest : 0
        // Equal points are told apart by a hair, or no force could part them.
        return points.indices.map { index in
            SIMD2(points[index][0], points[index][1]) * scale + SIMD2(Float(index % 101), Float(index % 97)) * 1e-4
        }
    }

    /// The numbers of every point's nearest ones, so many for each; nil when cancelled.
    private func nearest(of points: [PrincipalAxes.Coordinates]) -> [Int32]? {
        let count = min(Self.neighbors, points.count - 1)
        var result: [Int32] = []
        result.reserveCapacity(points.count * count)
        var found = [(distance: Float, index: Int32)](repeating: (.infinity, 0), count: count)
        for index in points.indices {
            if index % 256 == 0, isCancelled() { return nil }
            let own = points[index]
            for place in found.indices { found[place] = (.infinity, 0) }
            for other in points.indices where other != index {
                let distance = Self.squaredDistance(points[other], own)
                guard distance < found[count - 1].distance else { continue }
                var place = count - 1
                while place > 0, found[place - 1].distance > distance {
                    found[place] = found[place - 1]
                    place -= 1
                }
                found[place] = (distance, Int32(other))
            }
            result += found.map(\.index)
        }
        return result
    }

    /// Summed by halves: the generic sum of so wide a vector goes number by number.
    @inline(__always)
    private static func squaredDistance(_ one: PrincipalAxes.Coordinates, _ other: PrincipalAxes.Coordinates) -> Float {
        let difference = one - other
        let squares = difference * difference
        let eight = squares.lowHalf + squares.highHalf
        let four = eight.lowHalf + eight.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
    }

    /// Both ends go along the slope of log 1 / (1 + d²).
    private static func attract(_ places: inout [SIMD2<Float>], _ index: Int, _ neighbor: Int, _ step: Float) {
        let difference = places[index] - places[neighbor]
        let distance = (difference * difference).sum()
        let move = bounded(difference * (-2 / (1 + distance))) * step
        places[index] += move
        places[neighbor] -= move
    }

    /// One end goes along the slope of log d² / (1 + d²).
    private static func repel(_ places: inout [SIMD2<Float>], _ index: Int, _ stranger: Int, _ step: Float) {
        let difference = places[index] - places[stranger]
        let distance = (difference * difference).sum()
        places[index] += bounded(difference * (2 / ((0.01 + distance) * (1 + distance)))) * step
    }

    private static func bounded(_ move: SIMD2<Float>) -> SIMD2<Float> {
        move.clamped(lowerBound: SIMD2(repeating: -longestStep), upperBound: SIMD2(repeating: longestStep))
    }

}
