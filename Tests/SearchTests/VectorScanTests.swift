import EmbeddingCore
import Testing

@testable import Search

@Suite struct VectorScanTests {
    struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test("Changes and deletions in any order leave what a table of the same history holds", arguments: 0..<10)
    func histories(seed: Int) async throws {
        var random = Seeded(state: UInt64(seed) &* 7919 &+ 1)
        let table = MemoryTable()
        let scan = try await Samples.scan([])
        let catalog = scan.catalog
        for _ in 0..<300 {
            let number = Int.random(in: 0..<40, using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 {
                table.delete(Samples.id(number))
                await scan.apply(await catalog.apply([.delete(Samples.id(number))]))
            } else {
                let repo = Repo(fullName: "o/r\(number)", stars: Int.random(in: 0..<100, using: &random))
                let share = Float.random(in: 0.4...1, using: &random)
                let hasVector = Int.random(in: 0..<5, using: &random) > 0
                let row = Samples.row(number, repo, hasVector ? Samples.vector(number % 8, share: share) : nil)
                table.set(row)
                await scan.apply(await catalog.apply([.upsert(row)]))
            }
        }
        for axis in 0..<8 {
            let query = try Samples.embedding(Samples.vector(axis, share: 0.93))
            let filter = SearchFilter(minStars: axis * 5)
            let expected = try await table.nearest(to: query, model: Samples.model, filter: filter, limit: 100).hits
            let found = try await scan.nearest(to: query, model: Samples.model, filter: filter, limit: 100).hits
            #expect(Set(found.map(\.repo)) == Set(expected.map(\.repo)))
            for (left, right) in zip(found, expected) { #expect(abs((left.score ?? 0) - (right.score ?? 0)) < 5e-3) }
        }
    }

    @Test("Until it is loaded, and for another model, the database answers")
    func fallback() async throws {
        let catalog = try RepoCatalog(logger: Samples.logger)
        let scan = VectorScan(catalog: catalog, fallback: MemoryTable(Samples.rows), threads: 1)
        let query = try Samples.embedding(Samples.vector(0))
        #expect(
            try await scan.nearest(to: query, model: Samples.model, filter: SearchFilter(), limit: 3).hits.count == 3
        )
        await scan.reset(model: Samples.model)
        scan.finishLoading(model: Samples.model)
        #expect(try await scan.nearest(to: query, model: Samples.model, filter: SearchFilter(), limit: 3).hits.isEmpty)
        let other = EmbeddingModel(provider: .ollama, name: "other", dimensions: 8)
        #expect(try await scan.nearest(to: query, model: other, filter: SearchFilter(), limit: 3).hits.count == 3)
    }

    @Test("The best k of any candidates are kept, best first", arguments: [0, 1, 5, 100])
    func topK(size: Int) {
        var random = Seeded(state: 9)
        let numbers = (0..<size).map { _ in Int.random(in: 0..<50, using: &random) }
        var best = TopK<Int>(capacity: 5)
        for number in numbers { best.offer(number) }
        #expect(best.sorted == Array(numbers.sorted(by: >).prefix(5)))
    }
}
