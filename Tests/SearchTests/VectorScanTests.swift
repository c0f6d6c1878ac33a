import CSearchKernels
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

    @Test(arguments: 0..<10)
    func `changes and deletions in any order leave what a table of the same history holds`(seed: Int) async throws {
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
            let filter = SearchFilter([.hasStars(axis * 5)])
            let expected = try await table.nearest(to: query, model: Samples.model, filter: filter, limit: 100).hits
            let found = try await scan.nearest(to: query, model: Samples.model, filter: filter, limit: 100).hits
            #expect(Set(found.map(\.repo)) == Set(expected.map(\.repo)))
            for (left, right) in zip(found, expected) {
                #expect(abs((left.similarity ?? 9) - (right.similarity ?? 0)) < 1e-3)
            }
        }
    }

    @Test
    func `until it is loaded, and for another model, the database answers`() async throws {
        let catalog = try RepoCatalog(logger: Samples.logger)
        let scan = VectorScan(catalog: catalog, fallback: MemoryTable(Samples.rows), threads: 1)
        let query = try Samples.embedding(Samples.vector(0))
        #expect(
            try await scan.nearest(to: query, model: Samples.model, filter: SearchFilter(), limit: 3).hits.count == 3
        )
        await scan.reset(model: Samples.model)
        scan.finishLoading(model: Samples.model)
        #expect(try await scan.nearest(to: query, model: Samples.model, filter: SearchFilter(), limit: 3).hits.isEmpty)
        let other = EmbeddingModel(provider: "ollama", name: "other", dimensions: 8)
        #expect(try await scan.nearest(to: query, model: other, filter: SearchFilter(), limit: 3).hits.count == 3)
    }

    @Test(arguments: ["generic", "avx2"], [1, 8, 31, 32, 384, 769])
    func `every instruction set gives the inner product`(name: String, dimensions: Int) throws {
        guard let kernel = search_kernel(name) else { return }
        var random = Seeded(state: UInt64(dimensions))
        let block = VectorBlock(dimensions: dimensions, kernel: kernel)
        let vectors = (0..<3).map { _ in (0..<dimensions).map { _ in Float.random(in: -1...1, using: &random) } }
        for vector in vectors { block.append(vector) }
        let query = (0..<dimensions).map { _ in Float.random(in: -1...1, using: &random) }
        for row in 0..<3 {
            let expected = zip(block.values(at: row), query).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let found = block.padded(query).withUnsafeBufferPointer { query in
                query.baseAddress.map { block.dot($0, row: row) }
            }
            #expect(abs(Double(try #require(found)) - expected) < 1e-4)
        }
    }

    @Test(
        arguments: [
            (0, 0x0000), (-0.0, 0x8000), (1, 0x3C00), (-1, 0xBC00), (0.5, 0x3800), (0.1, 0x2E66), (0x1p-14, 0x0400),
            (0x1p-24, 0x0001), (0x1p-25, 0x0000), (0x1.8p-24, 0x0002), (1e-9, 0x0000), (0x1.002p0, 0x3C00),
            (0x1.006p0, 0x3C02), (65504, 0x7BFF),
        ] as [(Float, UInt16)]
    )
    func `numbers are kept to binary16's nearest, ties to even`(value: Float, bits: UInt16) {
        #expect(search_half(value) == bits)
        #expect(abs(search_float(bits) - value) <= max(abs(value) * 0x1p-11, 0x1p-25))
    }

    @Test(arguments: [0, 1, 5, 100])
    func `the best k of any candidates are kept, best first`(size: Int) {
        var random = Seeded(state: 9)
        let numbers = (0..<size).map { _ in Int.random(in: 0..<50, using: &random) }
        var best = TopK<Int>(capacity: 5)
        for number in numbers { best.offer(number) }
        #expect(best.sorted == Array(numbers.sorted(by: >).prefix(5)))
    }
}
