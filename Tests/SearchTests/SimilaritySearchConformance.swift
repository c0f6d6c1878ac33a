import EmbeddingCore
import Testing

/// What every backend of similarity search promises; `make` gives one that holds `Samples.rows`.
struct SimilaritySearchConformance {
    let make: @Sendable () async throws -> any SimilaritySearch

    private func names(_ filter: SearchFilter, limit: Int = 10, axis: Int = 0) async throws -> [String] {
        let search = try await make()
        let query = try Samples.embedding(Samples.vector(axis))
        return try await search.nearest(to: query, model: Samples.model, filter: filter, limit: limit)
            .hits.map(\.repo.fullName)
    }

    /// A filter, and how many names it leaves of those near axis 0.
    static let filters: [(filter: SearchFilter, names: [String])] = [
        (SearchFilter(language: "SWIFT"), ["a/one", "a/two"]),
        (SearchFilter(minStars: 100), ["a/one", "b/three"]),
        (SearchFilter(owner: "b"), ["b/three", "B/four"]),
        (SearchFilter(minStars: 10, excludeOwner: "A"), ["b/three"]),
        (SearchFilter(minScore: 0.85), ["a/one", "a/two"]),
        (SearchFilter(language: "Swift", includesPrivate: true), ["c/hidden", "a/one", "a/two"]),
        (SearchFilter(language: "Swift", excludeName: "a/one"), ["a/two"]),
        (SearchFilter(language: "Cobol"), []),
        (SearchFilter(owner: "nobody"), []),
    ]

    func check() async throws {
        try await filtersLeaveExactlyWhatPasses()
        try await tiesAreBrokenByStarsThenName()
        try await scoresAreCosines()
        try await limitsHold()
        try await vectorsAreFound()
    }

    private func filtersLeaveExactlyWhatPasses() async throws {
        for (filter, expected) in Self.filters {
            let found = try await names(filter)
            #expect(found == expected, "\(filter)")
        }
    }

    private func tiesAreBrokenByStarsThenName() async throws {
        let found = try await names(SearchFilter(owner: "c"), axis: 1)
        #expect(found == ["c/twin-star", "c/twin-a", "c/twin-b"])
    }

    private func scoresAreCosines() async throws {
        let query = try Samples.embedding(Samples.vector(0))
        let hits = try await make().nearest(to: query, model: Samples.model, filter: SearchFilter(owner: "a"), limit: 9)
            .hits
        #expect(hits.count == 2)
        for (hit, cosine) in zip(hits, [0.99, 0.9]) { #expect(abs((hit.score ?? 0) - cosine) < 1e-3 * 4) }
    }

    private func limitsHold() async throws {
        #expect(try await names(SearchFilter(), limit: 2) == ["a/one", "a/two"])
    }

    private func vectorsAreFound() async throws {
        let search = try await make()
        #expect(try await search.vector(of: "nobody/none", model: Samples.model) == nil)
        #expect(try await search.vector(of: "d/pending", model: Samples.model) == .pending)
        let several = try await search.vectors(of: ["a/one", "d/pending", "no/ne"], model: Samples.model)
        #expect(Array(several.keys) == ["a/one"])
    }
}

@Suite struct SimilaritySearchTests {
    @Test("The plain search of the tests keeps the promises of similarity search")
    func plain() async throws {
        try await SimilaritySearchConformance { MemoryTable(Samples.rows) }.check()
    }

    @Test("The memory backend keeps the promises of similarity search", arguments: [1, 4])
    func memory(threads: Int) async throws {
        try await SimilaritySearchConformance { try await Samples.scan(Samples.rows, threads: threads) }.check()
    }
}
