import EmbeddingCore
import Testing

@testable import Search

@Suite struct RepoMapperTests {
    /// Three groups of repos, each around an axis of its own.
    private static func rows(_ count: Int) -> [FeedRow] {
        var random = SplitMix64(state: 7)
        return (0..<count).map { number in
            let vector = (0..<8).map { axis in
                (axis == number % 3 ? 1 : 0) + Float.random(in: -0.2...0.2, using: &random)
            }
            let repo = Repo(fullName: "o/r\(number)", language: "Swift", stars: number, isPrivate: number == 5)
            return Samples.row(number, repo, vector)
        }
    }

    private static func mapper(
        _ table: MemoryTable,
        layouts: MemoryLayouts = MemoryLayouts(),
        capacity: Int = 1000,
        sampleBytes: Int = 1 << 20
    ) -> RepoMapper {
        var configuration = RepoMapper.Configuration()
        configuration.pageSize = 40
        configuration.capacity = capacity
        configuration.sampleBytes = sampleBytes
        configuration.shortestPause = .milliseconds(1)
        configuration.restFactor = 0
        return RepoMapper(
            feed: table,
            layouts: layouts,
            model: { Samples.model },
            configuration: configuration,
            logger: Samples.logger
        )
    }

    /// The first map that `isWanted`, by a mapper that runs meanwhile.
    private static func map(
        of mapper: RepoMapper,
        where isWanted: (RepoMap) -> Bool = { _ in true },
        then change: (RepoMap) async throws -> Void = { _ in }
    ) async throws -> RepoMap {
        let life = Task { await mapper.run() }
        defer { life.cancel() }
        var found: RepoMap?
        try await Samples.until {
            found = mapper.latestMap()
            return found.map(isWanted) ?? false
        }
        let map = try #require(found)
        try await change(map)
        return map
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [0, 149]
    )
    func `finite numbers whose sums are not end nothing, wherever they stand`(place: Int) async throws {
        var rows = Self.rows(150)
        for (number, value) in [Float.greatestFiniteMagnitude, -3e38, 1e30, -1e20].enumerated() {
            let vector = (0..<8).map { $0.isMultiple(of: 2) ? value : -value }
            rows.insert(Samples.row(500 + number, Repo(fullName: "huge/r\(number)"), vector), at: place)
        }
        let map = try await Self.map(of: Self.mapper(MemoryTable(rows), sampleBytes: 40 * 4 * 8))
        #expect(map.points.count == 150)
        #expect(map.points.allSatisfy { (0...1).contains($0.x) && (0...1).contains($0.y) })
    }

    private static func distance(_ left: RepoMap.Point, _ right: RepoMap.Point) -> Float {
        ((left.x - right.x) * (left.x - right.x) + (left.y - right.y) * (left.y - right.y)).squareRoot()
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [1 << 20, 40 * 4 * 8]
    )
    func `repos of one kind lie together, whether all or few fit into the sample`(sampleBytes: Int) async throws {
        let map = try await Self.map(of: Self.mapper(MemoryTable(Self.rows(150)), sampleBytes: sampleBytes))
        #expect(map.points.count == 150)
        var misplaced = 0
        for point in map.points {
            #expect((0...1).contains(point.x) && (0...1).contains(point.y))
            let nearest = try #require(
                map.points.filter { $0 != point }.min { Self.distance($0, point) < Self.distance($1, point) }
            )
            if nearest.stars % 3 != point.stars % 3 { misplaced += 1 }
        }
        #expect(misplaced <= 3)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the same repos give the same map`() async throws {
        let first = try await Self.map(of: Self.mapper(MemoryTable(Self.rows(90))))
        let second = try await Self.map(of: Self.mapper(MemoryTable(Self.rows(90))))
        #expect(first.points == second.points)
        #expect(first.version != second.version)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the map holds the repos with the most stars, and no more than it may`() async throws {
        let map = try await Self.map(of: Self.mapper(MemoryTable(Self.rows(100)), capacity: 10))
        #expect(map.points.map(\.stars) == Array((90..<100).reversed()))
    }

    @Test(.timeLimit(.minutes(1)))
    func `a change makes another map, no change keeps the one there is`() async throws {
        let table = MemoryTable(Self.rows(30))
        let mapper = Self.mapper(table)
        let first = try await Self.map(of: mapper) { _ in
            true
        } then: { first in
            let before = table.reads
            try await Samples.until {
                #expect(mapper.latestMap()?.version == first.version)
                return table.reads > before + 5
            }
            table.delete(Samples.id(0))
            try await Samples.until { mapper.latestMap()?.version != first.version }
        }
        #expect(first.points.count == 30)
        #expect(mapper.latestMap()?.points.count == 29)
    }

    @Test(.timeLimit(.minutes(1)))
    func `what becomes private is private on the map there is, and on one under way`() async throws {
        let mapper = Self.mapper(MemoryTable(Self.rows(30)))
        let first = try await Self.map(of: mapper)
        let names = first.points.filter { !$0.isPrivate }.prefix(2).map(\.fullName)
        mapper.hide(["no/ne"])
        #expect(mapper.latestMap() == first)
        mapper.hide(Set(names))
        let second = try #require(mapper.latestMap())
        #expect(second.version != first.version)
        let open = Set(second.points.filter { !$0.isPrivate }.map(\.fullName))
        #expect(open == Set(first.points.filter { !$0.isPrivate }.map(\.fullName)).subtracting(names))
        #expect(second.points.map(\.x) == first.points.map(\.x))
    }

    @Test(.timeLimit(.minutes(1)))
    func `an outage of the database is survived`() async throws {
        let table = MemoryTable(Self.rows(10))
        table.fail(with: StoreError(.unavailable, "gone"))
        let mapper = Self.mapper(table)
        let life = Task { await mapper.run() }
        #expect(mapper.latestMap() == nil)
        try await Samples.until { table.reads > 0 }
        table.fail(with: nil)
        try await Samples.until { mapper.latestMap() != nil }
        life.cancel()
        await life.value
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [0, 1, 2, 3, 20]
    )
    func `few repos, equal ones, and ones without a vector are no trouble`(count: Int) async throws {
        let equal = (0..<count).map { Samples.row($0, Repo(fullName: "o/r\($0)"), Samples.vector(1)) }
        let pending = Samples.row(99, Repo(fullName: "o/pending"), nil)
        let map = try await Self.map(of: Self.mapper(MemoryTable(equal + [pending])))
        #expect(map.points.count == count)
        #expect(map.points.allSatisfy { (0...1).contains($0.x) && (0...1).contains($0.y) })
    }
}
