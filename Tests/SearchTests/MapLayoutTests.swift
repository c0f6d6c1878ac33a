import EmbeddingCore
import Testing

@testable import Search

@Suite struct MapLayoutTests {
    /// Repos of ten kinds, each around a direction of its own.
    private static func landmarks(_ numbers: some Sequence<Int>) -> [MapLandmark] {
        numbers.map { number in
            var random = SplitMix64(state: UInt64(number) &* 0x9E37)
            var coordinates = PrincipalAxes.Coordinates.zero
            for axis in 0..<16 {
                coordinates[axis] = (axis == number % 10 ? 1 : 0) + Float.random(in: -0.25...0.25, using: &random)
            }
            return MapLandmark(
                stars: 10_000 - number,
                fullName: "o/r\(number)",
                isPrivate: number % 7 == 0,
                coordinates: coordinates,
                terms: ["kind\(number % 10)", "common"]
            )
        }
    }

    private static func drawing(_ landmarks: [MapLandmark], last: MapLayout? = nil) throws -> MapDraft.Drawing {
        let draft = MapDraft(model: Samples.model, landmarks: landmarks, last: last)
        return try #require(draft.draw(isCancelled: { false }))
    }

    /// The share of the repos on both maps that moved by less than a fiftieth of the width.
    private static func shareThatStayed(_ one: MapLayout, _ other: MapLayout) -> Double {
        let both = one.places.keys.filter { other.places[$0] != nil }
        let stayed = both.count { name in
            guard let before = one.places[name], let after = other.places[name] else { return false }
            let move = after - before
            return (move * move).sum() < 0.02 * 0.02
        }
        return Double(stayed) / Double(both.count)
    }

    @Test
    func `after a small change nearly all repos stay where they were`() throws {
        let first = try Self.drawing(Self.landmarks(0..<400))
        let added = try Self.drawing(Self.landmarks(0..<416), last: first.layout)
        #expect(Self.shareThatStayed(first.layout, added.layout) >= 0.95)
        let removed = try Self.drawing(
            Self.landmarks(stride(from: 0, to: 400, by: 1).filter { $0 % 20 != 3 }),
            last: added.layout
        )
        #expect(Self.shareThatStayed(added.layout, removed.layout) >= 0.95)
        // Five small changes one after the other are no large one.
        var layout = first.layout
        for round in 1...5 {
            layout = try Self.drawing(Self.landmarks(0..<(400 + 2 * round)), last: layout).layout
        }
        #expect(Self.shareThatStayed(first.layout, layout) >= 0.8)
    }

    @Test
    func `new repos come to lie among their kind`() throws {
        let first = try Self.drawing(Self.landmarks(0..<300))
        let second = try Self.drawing(Self.landmarks(0..<312), last: first.layout)
        let places = second.layout.places
        for number in 300..<312 {
            let own = try #require(places["o/r\(number)"])
            let nearest = (0..<300).min { one, other in
                guard let one = places["o/r\(one)"], let other = places["o/r\(other)"] else { return false }
                return ((one - own) * (one - own)).sum() < ((other - own) * (other - own)).sum()
            }
            #expect(nearest.map { $0 % 10 } == number % 10)
        }
    }

    @Test(arguments: [0.3, 0.6])
    func `a large change is laid out afresh and turned to what is known`(share: Double) throws {
        let first = try Self.drawing(Self.landmarks(0..<300))
        let start = 300 - Int(300 * share)
        let second = try Self.drawing(Self.landmarks(start..<(start + 300)), last: first.layout)
        let both = first.layout.places.keys.filter { second.layout.places[$0] != nil }
        let before = both.compactMap { first.layout.places[$0] }
        let after = both.compactMap { second.layout.places[$0] }
        func distance(_ points: [SIMD2<Float>]) -> Float {
            zip(points, before).reduce(0) { $0 + (($1.0 - $1.1) * ($1.0 - $1.1)).sum() }
        }
        // No quarter turn or mirroring would bring it nearer.
        for turned in [after.map { SIMD2(1 - $0.x, $0.y) }, after.map { 1 - $0 }, after.map { SIMD2($0.y, $0.x) }] {
            #expect(distance(after) < distance(turned))
        }
    }

    @Test
    func `alignment undoes turning, mirroring, scaling and shifting`() {
        let points = (0..<50).map { SIMD2(Float($0 % 7), Float($0 % 11)) }
        for isMirrored in [false, true] {
            let moved = points.map { point in
                let point = isMirrored ? SIMD2(point.x, -point.y) : point
                return SIMD2(0.6 * point.x - 0.8 * point.y, 0.8 * point.x + 0.6 * point.y) * 3 + SIMD2(5, -4)
            }
            let alignment = PlaneAlignment(of: moved, onto: points)
            for (one, other) in zip(moved, points) {
                #expect(((alignment(one) - other) * (alignment(one) - other)).sum() < 1e-6)
            }
        }
        let equal = PlaneAlignment(of: [.one, .one], onto: [.zero, .zero])
        #expect(equal(.one) == .zero)
    }

    @Test
    func `parts of the map are named by what is typical there`() throws {
        let regions = try Self.drawing(Self.landmarks(0..<640)).regions
        #expect(regions.count >= 4)
        #expect(regions.allSatisfy { $0.name.hasPrefix("kind") && (0...1).contains($0.x) && (0...1).contains($0.y) })
        #expect(Set(regions.map(\.name)).count == regions.count)
        #expect(regions.map(\.repos) == regions.map(\.repos).sorted(by: >))
    }

    @Test
    func `the second word for a part of the map says more than the first`() {
        let terms = [["framework", "web-framework"], ["shell", "shells"], ["image", "photo"], ["database", "sql"]]
        let regions = MapRegions(
            places: (0..<32).map { SIMD2(Float($0 / 8 % 2), Float($0 / 16)) },
            terms: (0..<32).map { terms[$0 / 8] }
        ).regions()
        #expect(Set(regions.map(\.name)) == ["framework", "shell", "image, photo", "database, sql"])
    }

    @Test
    func `nothing of a private repo names a part of the map`() {
        var survey = MapSurvey(model: Samples.model, RepoMapper.Configuration())
        let repos = [false, true].map { Repo(fullName: "o/\($0)", topics: ["shell"], isPrivate: $0) }
        for (number, repo) in repos.enumerated() { survey.add(Samples.row(number, repo, Samples.vector(1))) }
        #expect(survey.finish().allSatisfy { $0.terms == ($0.isPrivate ? [] : ["shell"]) })
    }

    @Test
    func `terms are topics and telling words, once each`() {
        let repo = Repo(
            fullName: "o/r",
            description: "The fast terminals: a Terminal for use with your shells & Node.js",
            topics: ["Emulator", "shell"]
        )
        #expect(MapTerms.terms(of: repo) == ["emulator", "shell", "terminal", "node"])
    }
}
